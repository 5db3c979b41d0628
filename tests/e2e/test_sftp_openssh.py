"""OpenSSH's own sftp and scp at the door."""

from __future__ import annotations

import hashlib

from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld

RETURN = b"trade,amount\n1,100\n"


async def test_a_put_is_accepted_and_stands_in_activity_enquiry_with_its_sha256(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/", f"ls -l {SUBMIT}", f"ls {RECEIPTS}")
    assert ran.code == 0, ran.said
    found = sftp_world.activities()[0]
    assert (found.file_name, found.state, found.channel) == (TODAY, "accepted", "sftp")
    assert found.sha256 == hashlib.sha256(RETURN).hexdigest()
    assert found.input_date is not None and found.input_date.isoformat() == "2022-05-20"
    assert f"{TODAY}.receipt" in ran.said and str(len(RETURN)) in ran.said


async def test_the_tree_shows_the_identities_of_the_account_and_their_folders(sftp_world: SftpWorld) -> None:
    ran = await sftp_world.sftp("ls -1 /", "ls -1 /01234", "ls -1 /01234/SD-1", "ls -1 /01234/RPT-TRD", "-ls /99999")
    assert ran.code == 0, ran.said
    for name in ("01234", "01235", "SD-1", "submit", "receipts", "download"):
        assert f"/{name}\n" in ran.said, ran.said
    assert "09999" not in ran.said and "not found" in ran.said


async def test_a_wrong_date_in_the_name_is_refused_at_once_and_explained_in_a_file(sftp_world: SftpWorld) -> None:
    path = sftp_world.file("SD1_01234_20220231.csv", RETURN)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/")
    assert ran.code == 1 and f"{SUBMIT}/{path.name}" in ran.said
    read = await sftp_world.sftp(f"get {RECEIPTS}/{path.name}.refused.txt {sftp_world.folder}/why")
    assert read.code == 0, read.said
    why = (sftp_world.folder / "why").read_text()
    assert why.startswith("4505 Name, identity and input date disagree") and "Rename the file to SD1_01234_" in why
    assert sftp_world.activities()[0].fault == 4505 and not sftp_world.staging


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


async def test_the_same_name_again_supersedes_and_keeps_the_older_receipt(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    await sftp_world.sftp(f"put {path} {SUBMIT}/")
    sftp_world.file(TODAY, RETURN + b"2,5\n")
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/", f"ls -1 {RECEIPTS}")
    assert ran.code == 0, ran.said
    newest, older = sftp_world.activities()
    assert (newest.version, newest.state, older.version, older.state) == (2, "accepted", 1, "superseded")
    assert f"{TODAY}.receipt" in ran.said and f"{TODAY}.v1.receipt" in ran.said


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


async def test_scp_submits_and_exits_with_success_again_and_again(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN * 1000)
    for data in (RETURN * 1000, RETURN, RETURN * 2):
        path.write_bytes(data)
        ran = await sftp_world.scp(str(path), f"CHAN01@127.0.0.1:{SUBMIT}/")
        assert ran.code == 0, ran.said
        assert sftp_world.activities()[0].sha256 == hashlib.sha256(data).hexdigest()


async def test_scp_of_a_refused_file_fails(sftp_world: SftpWorld) -> None:
    path = sftp_world.file("notes.txt", RETURN)
    ran = await sftp_world.scp(str(path), f"CHAN01@127.0.0.1:{SUBMIT}/")
    assert ran.code != 0 and sftp_world.activities()[0].fault == 4505


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
