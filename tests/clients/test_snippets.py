"""The lines that docs/automate.md gives to be copied: each is run as it stands, with a good file and with a bad one."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients.commands import HOST, Command
from tests.clients.running import at, ran
from tests.sftp_world import SUBMIT, TODAY, Ran, SftpWorld, installed

PAGE = Path(__file__).parents[2] / "docs" / "automate.md"
RETURN = b"trade,amount\n1,100\n"
SNIPPETS = {
    "cron and OpenSSH": ("sftp",),
    "rclone": ("rclone",),
    "lftp": ("lftp", "ssh"),
    "curl": ("curl",),
    "Python with paramiko": (),
    "Python with asyncssh": (),
    "ecp by itself": (),
}
SHOWS_WHY = SNIPPETS.keys() - {"curl", "ecp by itself"}
"""The latter as JSON."""

each_snippet = pytest.mark.parametrize("title", SNIPPETS)


def snippet(title: str) -> tuple[str, str]:
    """Its language and its lines."""
    found = re.search(rf"^### {title}\n\n```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1], found[2]


def home_of(sftp_world: SftpWorld) -> dict[str, str]:
    """Where the programs find the server's key, today's date in Hong Kong, and the file to be submitted."""
    server = at(sftp_world)
    bin_dir = server.home / "bin"
    bin_dir.mkdir()
    lines = {"date": "echo 20220520", "ecp": f'exec {sys.executable} -m ecp_tui "$@"'}
    for name in ("ssh", "sftp"):
        options = f'-F none -o UserKnownHostsFile="{server.known_hosts}" -o BatchMode=yes -o IdentityAgent=none'
        lines[name] = f'exec {shutil.which(name)} {options} "$@"'
    for name, line in lines.items():
        (bin_dir / name).write_text(f"#!/bin/sh\n{line}\n")
        (bin_dir / name).chmod(0o700)
    known = {"KEY": str(server.key), "HOST_KEY": sftp_world.door.fingerprint}
    return {"HOME": str(server.home), "PATH": f"{bin_dir}:{os.environ['PATH']}", **known}


async def submitted(sftp_world: SftpWorld, title: str, data: bytes) -> Ran:
    for program in SNIPPETS[title]:
        installed(program)
    language, lines = snippet(title)
    environment, path = home_of(sftp_world), sftp_world.file(TODAY, data)
    for said, meant in (
        ("ecp.example.org", HOST),
        ("2222", str(sftp_world.door.port)),
        ("/data/out", str(sftp_world.folder)),
    ):
        lines = lines.replace(said, meant)
    script = sftp_world.folder / "script"
    script.write_text(f"cd {environment['HOME']}\n{lines}" if language == "sh" else lines)
    interpreter = "sh" if language == "sh" else sys.executable
    return await ran(Command([interpreter, str(script), str(path)], environment=environment))


@each_snippet
async def test_a_snippet_submits_a_good_file_and_says_so(title: str, sftp_world: SftpWorld) -> None:
    done = await submitted(sftp_world, title, RETURN)
    assert done.code == 0, done.said
    assert [(one.file_name, one.state) for one in sftp_world.activities()] == [(TODAY, "accepted")]


@each_snippet
async def test_a_snippet_fails_for_what_is_refused_at_the_end_and_says_why(title: str, sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp, sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(RETURN)
    done = await submitted(sftp_world, title, b"")
    assert done.code != 0, done.said
    assert "4512 File is empty" in done.said or title not in SHOWS_WHY, done.said
    assert [one.version for one in sftp_world.activities(state="accepted")] == [1]
