"""Commands beside SFTP: hashes for programs that compare, and nothing that a shell would do."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from pathlib import Path

import asyncssh
import pytest

from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, Ran, SftpWorld, files_of, installed, run

PATH = f"{SUBMIT}/{TODAY}"
DATA = b"1,2,3\n" * 1000


async def said(sftp_world: SftpWorld, command: str, given: bytes = b"", login_id: str = "CHAN01") -> Ran:
    async with sftp_world.connected(login_id) as connection:
        given_by: dict[str, object] = {"input": given} if given else {"stdin": asyncssh.DEVNULL}
        done = await connection.run(command, encoding=None, timeout=10, **given_by)  # type: ignore[arg-type]  # options
        told = b"".join(one for one in (done.stdout, done.stderr) if isinstance(one, bytes))
        return Ran(done.exit_status or 0, told.decode())


async def test_the_hash_of_what_was_submitted_is_its_sha256_and_no_other(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for path in (PATH, f"{PATH}.partial"):
            async with sftp.open(path, "wb") as file:
                await file.write(DATA)
    assert await said(sftp_world, f"sha256sum {PATH}") == Ran(0, f"{hashlib.sha256(DATA).hexdigest()}  {PATH}\n")
    for program in ("md5sum", "sha1sum"):
        blank = await said(sftp_world, f"{program} {PATH}")
        assert blank.code == 0 and blank.said.startswith(f"{program}: {PATH}: 4520 "), "a blank hash: rclone goes on"
    md5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    assert await said(sftp_world, f"md5sum '{PATH}.partial'") == Ran(0, f"{md5}  {PATH}.partial\n")
    other = await said(sftp_world, f"md5sum {PATH}.partial", login_id="ACMEBOT1")
    assert other.code == 1 and "2001" in other.said, "a draft is its account's own"
    text = await said(sftp_world, f"sha256sum {RECEIPTS}/{TODAY}.receipt")
    assert text.code == 0 and len(text.said.split()[0]) == 64
    for path in ("/etc/passwd", SUBMIT, f"{SUBMIT}/nothing", "/01234/RPT-TRD/download/x", "/09999/SD-1/submit/x", "/"):
        missing = await said(sftp_world, f"sha256sum {path}")
        assert missing.code == 1 and missing.said.count("\n") == 1 and missing.said.split(": ")[2][:4].isdigit(), path


async def test_what_programs_probe_a_server_with_is_answered(sftp_world: SftpWorld) -> None:
    for program in ("md5", "sha1", "sha256"):
        empty = hashlib.new(program, usedforsecurity=False).hexdigest()
        assert await said(sftp_world, f"{program}sum") == Ran(0, f"{empty}  -\n")
    assert await said(sftp_world, "echo ${ShellId}%ComSpec%") == Ran(0, "%ComSpec%\n")
    input_given = await said(sftp_world, "md5sum", given=b"x")
    assert input_given.code == 1 and input_given.said.startswith("md5sum: : 9002 ")


@pytest.mark.parametrize(
    "command",
    [
        "ls",
        "md5sum /a /b",
        "md5sum -c x",
        "md5sum; id",
        "sh -c id",
        "scp -t /",
        "scp -f /x",
        "sha256sum 'x",
        "",
        "x" * 20_000,
        "rclone md5sum",
        "md5 -r",
        "'echo x'",
        "cat\n/etc/passwd",
    ],
)
async def test_anything_else_is_127_and_one_line(sftp_world: SftpWorld, command: str) -> None:
    ran = await said(sftp_world, command)
    assert ran.code == 127 and ran.said.count("\n") == 1 and "SFTP" in ran.said


async def test_nothing_in_a_command_is_run_or_obeyed(sftp_world: SftpWorld) -> None:
    ran = await said(sftp_world, 'echo "$(id)" `id` $HOME ${PATH} \x1b[2J * > /tmp/x')
    assert ran == Ran(0, "$(id) `id`   \\x1b[2J * > /tmp/x\n")
    ran = await said(sftp_world, "md5sum '/01234/\x1b]0;x\x07'")
    assert ran.code == 1 and "\x1b" not in ran.said and "\\x1b" in ran.said


async def test_nothing_is_hashed_for_a_client_that_is_gone(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp.open(f"{PATH}.partial", "wb") as file:
        await file.write(DATA)
    async with sftp_world.door.house.desk.hashing("CHAN01"):
        async with sftp_world.connected() as connection:
            await connection.create_process(f"md5sum {PATH}.partial")
            (visit,) = sftp_world.door._visits
            async with asyncio.timeout(5):
                while not (visit._sessions and files_of(visit)._task):
                    await asyncio.sleep(0.01)
            command = files_of(visit)._command
        async with asyncio.timeout(5):
            while sftp_world.door._visits:
                await asyncio.sleep(0.01)
    assert command is not None and (await command.run()).code == 1, "9003, before a byte was read"


async def test_openssh_sees_line_and_status(sftp_world: SftpWorld) -> None:
    assert (await sftp_world.ssh("md5sum")).said.strip() == f"{hashlib.md5(b'', usedforsecurity=False).hexdigest()}  -"
    assert (await sftp_world.ssh("uptime")).code == 127


@pytest.mark.parametrize("program", ["system", "wheel"])
async def test_rclone_puts_with_its_default_hashes_and_checks(sftp_world: SftpWorld, program: str) -> None:
    rclone = installed("rclone") if program == "system" else str(Path(sys.executable).parent / "rclone")
    hosts = sftp_world.file("hosts", f"[127.0.0.1]:{sftp_world.door.port} {sftp_world.door.host_key}\n".encode())
    config = sftp_world.file(
        "rclone.conf",
        f"[ecp]\ntype = sftp\nhost = 127.0.0.1\nport = {sftp_world.door.port}\nuser = CHAN01\n"
        f"key_file = {sftp_world.key('CHAN01')}\nknown_hosts_file = {hosts}\n".encode(),
    )
    path = sftp_world.file(TODAY, DATA)
    for act in ("copy", "check"):
        where = str(path) if act == "copy" else str(path.parent)
        ran = await run(rclone, "--config", str(config), act, where, f"ecp:{SUBMIT}", "--include", TODAY, "-v")
        assert ran.code == 0, ran.said
    assert [one.sha256 for one in sftp_world.activities()] == [hashlib.sha256(DATA).hexdigest()]
