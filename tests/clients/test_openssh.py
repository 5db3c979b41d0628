"""What OpenSSH's own programs can do beside the matrix."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import termios

from tests.clients.openssh import Sftp, options
from tests.clients.running import at, there, until
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld

RETURN = b"trade,amount\n1,100\n"
LARGE = b"1,2,3,4\n" * (3 << 20)


async def test_the_tree_shows_the_identities_of_the_account_and_their_folders(sftp_world: SftpWorld) -> None:
    ran = await sftp_world.sftp("ls -1 /", "ls -1 /01234", "ls -1 /01234/SD-1", "ls -1 /01234/RPT-TRD", "-ls /99999")
    assert ran.code == 0, ran.said
    for name in ("01234", "01235", "SD-1", "submit", "receipts", "download"):
        assert f"/{name}\n" in ran.said, ran.said
    assert "09999" not in ran.said and "not found" in ran.said


async def test_a_date_outside_the_folders_days_is_refused_with_4513(sftp_world: SftpWorld) -> None:
    path = sftp_world.file("SD1_01234_20220521.csv", RETURN)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/")
    assert ran.code == 1 and sftp_world.activities()[0].fault == 4513


async def test_another_identitys_file_is_refused_with_4505(sftp_world: SftpWorld) -> None:
    path = sftp_world.file("SD1_01235_20220520.csv", RETURN)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/")
    assert ran.code == 1 and sftp_world.activities()[0].fault == 4505


async def test_a_refusal_is_gone_from_the_receipts_once_the_name_is_accepted(sftp_world: SftpWorld) -> None:
    empty = sftp_world.file(TODAY, b"")
    ran = await sftp_world.sftp(f"put {empty} {SUBMIT}/")
    assert ran.code == 1 and sftp_world.activities()[0].fault == 4512
    sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.sftp(f"put {empty} {SUBMIT}/", f"ls -1 {RECEIPTS}")
    assert ran.code == 0 and f"{TODAY}.receipt" in ran.said and "refused" not in ran.said


async def test_what_was_submitted_is_never_given_back(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    await sftp_world.sftp(f"put {path} {SUBMIT}/")
    back = sftp_world.folder / "back"
    ran = await sftp_world.sftp(f"get {SUBMIT}/{TODAY} {back}")
    assert ran.code == 1 and "ermission denied" in ran.said and not back.exists()
    ran = await sftp_world.sftp(f"rename {SUBMIT}/{TODAY} {SUBMIT}/{YESTERDAY}")
    assert ran.code == 1 and "ermission denied" in ran.said
    ran = await sftp_world.sftp(f"rename {SUBMIT}/{TODAY} {RECEIPTS}/x")
    assert ran.code == 1
    ran = await sftp_world.scp(f"CHAN01@127.0.0.1:{SUBMIT}/{TODAY}", str(back))
    assert ran.code == 1 and not back.exists()


async def test_the_same_bytes_again_get_the_same_receipt(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    for _ in range(2):
        ran = await sftp_world.sftp(f"put {path} {SUBMIT}/")
        assert ran.code == 0, ran.said
    assert len(sftp_world.activities()) == 1


async def test_reput_over_an_accepted_file_is_refused_and_the_version_before_stands(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    await sftp_world.sftp(f"put {path} {SUBMIT}/")
    sftp_world.file(TODAY, RETURN * 3)
    ran = await sftp_world.sftp(f"reput {path} {SUBMIT}/{TODAY}")
    assert ran.code == 1, ran.said
    assert [one.size for one in sftp_world.activities(state="accepted")] == [len(RETURN)]


async def test_reput_of_a_file_that_never_arrived_submits_nothing(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.sftp(f"reput {path} {SUBMIT}/{TODAY}")
    assert ran.code == 1 and not sftp_world.activities()


async def test_put_with_times_modes_and_fsync_works(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.sftp(f"put -p -f {path} {SUBMIT}/", f"chmod 600 {SUBMIT}/{TODAY}")
    assert ran.code == 0, ran.said


async def test_a_folder_that_has_not_moved_is_refused_with_4510(sftp_world: SftpWorld) -> None:
    path = sftp_world.file("NBCAN_09999_20220520.csv", RETURN)
    ran = await sftp_world.sftp(f"put {path} /09999/NBCAN/submit/", login_id="TAI09")
    assert ran.code == 1, ran.said


async def test_a_shell_and_commands_get_one_plain_line_and_127(sftp_world: SftpWorld) -> None:
    for command in ((), ("id",), ("scp", "-t", "/"), ("md5", "-r")):
        ran = await sftp_world.ssh(*command, options=("-T",))
        assert (ran.code, ran.said.count("\n")) == (127, 1), ran
        assert "no shell" in ran.said


async def test_the_old_scp_protocol_is_refused(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.scp("-O", str(path), f"CHAN01@127.0.0.1:{SUBMIT}/")
    assert ran.code != 0 and not sftp_world.activities()


async def test_no_terminal_no_forwarding_no_other_subsystem(sftp_world: SftpWorld) -> None:
    ran = await sftp_world.ssh(options=("-tt",))
    assert ran.code == 255 and "PTY allocation request failed" in ran.said
    ran = await sftp_world.ssh("netconf", options=("-s",))
    assert ran.code != 0 and "subsystem request failed" in ran.said
    ran = await sftp_world.ssh(options=("-W", "127.0.0.1:22"))
    assert ran.code != 0
    ran = await sftp_world.ssh("-N", options=("-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"))
    assert ran.code != 0 and "forwarding failed" in ran.said


async def test_older_versions_keep_their_receipts(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    await sftp_world.sftp(f"put {path} {SUBMIT}/")
    sftp_world.file(TODAY, RETURN * 2)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/", f"ls -1 {RECEIPTS}")
    assert ran.code == 0 and f"{TODAY}.receipt" in ran.said and f"{TODAY}.v1.receipt" in ran.said


async def test_ctrl_c_at_a_terminal_is_a_real_close_and_the_receipt_shows_how_much_came(sftp_world: SftpWorld) -> None:
    """OpenSSH closes the file properly when interrupted: only a rule of the folder could tell that it is short."""
    there(Sftp())
    path, server = sftp_world.file(TODAY, LARGE), at(sftp_world)
    own, its = pty.openpty()
    process = subprocess.Popen(
        ["sftp", *options(server), "-l", "16000", "-P", str(server.port), f"{server.login_id}@127.0.0.1"],
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(its)
    try:
        os.write(own, f"put {path} {SUBMIT}/\n".encode())
        await until(lambda: any(staged.stat().st_size for staged in sftp_world.staging))
        os.write(own, b"\x03")
        await until(lambda: bool(sftp_world.activities()))
        found = sftp_world.activities()[0]
        assert found.state == "accepted" and 0 < (found.size or 0) < len(LARGE)
        os.write(own, b"bye\n")
        await until(lambda: process.poll() is not None)
    finally:
        process.kill()
        process.wait()
        os.close(own)
