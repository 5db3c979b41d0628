"""Deny first: every SFTP operation there is, and what becomes of it."""

from __future__ import annotations

import inspect
from pathlib import Path
from struct import pack, unpack
from typing import Any

import asyncssh
import pytest

from backend.doors.ssh.operations import EXTENSIONS, OPERATIONS
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

NO_ATTRIBUTES = pack(">I", 0)
HOST_FILE = "/etc/hostname"
NEVER_SERVED = {
    "open56": (99, b""),
    "lock": (22, b""),
    "unlock": (23, b""),
    "link": (Op.EXTENDED, string("hardlink@openssh.com") + string(HOST_FILE) + string(f"{SUBMIT}/x")),
    "symlink": (Op.SYMLINK, string(HOST_FILE) + string(f"{SUBMIT}/x")),
    "readlink": (Op.READLINK, string(HOST_FILE)),
    "lsetstat": (Op.EXTENDED, string("lsetstat@openssh.com") + string(HOST_FILE) + NO_ATTRIBUTES),
}
REFUSED_ON_HOST_FILES = {
    "open": (Op.OPEN, string(HOST_FILE) + pack(">II", 1, 0)),
    "lstat": (Op.LSTAT, string(HOST_FILE)),
    "stat": (Op.STAT, string(HOST_FILE)),
    "setstat": (Op.SETSTAT, string(HOST_FILE) + pack(">IQ", 1, 0)),
    "scandir": (Op.OPENDIR, string("/etc")),
    "remove": (Op.REMOVE, string(HOST_FILE)),
    "statvfs": (Op.EXTENDED, string("statvfs@openssh.com") + string("/etc")),
    "mkdir": (Op.MKDIR, string("/srv/made") + NO_ATTRIBUTES),
    "rmdir": (Op.RMDIR, string("/srv")),
    "rename": (Op.RENAME, string(HOST_FILE) + string("/srv/x")),
    "posix_rename": (Op.EXTENDED, string("posix-rename@openssh.com") + string(HOST_FILE) + string("/srv/x")),
}
REFUSED_WITHOUT_A_HANDLE = {
    "close": (Op.CLOSE, string(b"x")),
    "read": (Op.READ, string(b"x") + pack(">QI", 0, 10)),
    "write": (Op.WRITE, string(b"x") + pack(">Q", 0) + string(b"data")),
    "fstat": (Op.FSTAT, string(b"x")),
    "fsetstat": (Op.FSETSTAT, string(b"x") + pack(">IQ", 1, 0)),
    "fstatvfs": (Op.EXTENDED, string("fstatvfs@openssh.com") + string(b"x")),
    "fsync": (Op.EXTENDED, string("fsync@openssh.com") + string(b"x")),
}
HARMLESS = {"realpath", "exit", "channel", "connection", "env", "logger", "convert_attrs"} | {
    "format_user",
    "format_group",
    "format_longname",
    "map_path",
    "reverse_map_path",
}


def test_every_method_that_asyncssh_would_allow_by_default_is_walked_below() -> None:
    known = {name for name, _ in inspect.getmembers(asyncssh.SFTPServer) if not name.startswith("_")}
    walked = {*NEVER_SERVED, *REFUSED_ON_HOST_FILES, *REFUSED_WITHOUT_A_HANDLE, *HARMLESS}
    assert known == walked


@pytest.mark.parametrize("name", NEVER_SERVED)
async def test_an_operation_that_is_not_listed_is_unsupported(sftp_world: SftpWorld, name: str) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await raw.status(*NEVER_SERVED[name])
    assert code == Status.OP_UNSUPPORTED and said.startswith("9002 ")


@pytest.mark.parametrize("name", REFUSED_ON_HOST_FILES)
async def test_the_hosts_own_files_are_not_there(sftp_world: SftpWorld, name: str) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await raw.status(*REFUSED_ON_HOST_FILES[name])
    assert code in {Status.NO_SUCH_FILE, Status.PERMISSION_DENIED} and said[:4].isdigit(), said
    assert not Path("/srv/made").exists()


@pytest.mark.parametrize("name", REFUSED_WITHOUT_A_HANDLE)
async def test_a_handle_that_is_not_open_is_refused(sftp_world: SftpWorld, name: str) -> None:
    async with raw_sftp(sftp_world) as raw:
        code, said = await raw.status(*REFUSED_WITHOUT_A_HANDLE[name])
    assert code == Status.FAILURE and said.startswith("9002 ")


async def test_no_packet_of_any_kind_is_served_but_the_listed_ones(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        for kind in range(256):
            if kind in OPERATIONS or kind in {Op.INIT, Op.EXTENDED}:
                continue
            assert (await raw.status(kind, b"\x00" * 40))[0] == Status.OP_UNSUPPORTED, kind
        for name in (b"copy-data", b"ranges@asyncssh.com", b"hardlink@openssh.com", b"expand-path@openssh.com", b""):
            assert name not in EXTENSIONS
            assert (await raw.status(Op.EXTENDED, string(name) + b"\x00" * 40))[0] == Status.OP_UNSUPPORTED


async def test_a_packet_that_ends_too_early_is_a_bad_message_and_nothing_worse(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        for kind in OPERATIONS:
            for body in (b"", b"\x00", b"\xff\xff\xff\xff", string("/")[:-1]):
                code, said = await raw.status(kind, body)
                assert code in {Status.BAD_MESSAGE, Status.PERMISSION_DENIED}, (kind, body, said)
        assert (await raw.ask(Op.STAT, string("/")))[0] == Op.ATTRS


async def test_the_listing_of_dot_and_dot_dot_works(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for path in (".", "..", "/", "/01234/..", f"{SUBMIT}/.", f"{SUBMIT}/../../.."):
            assert await sftp.isdir(path), path
        assert await sftp.realpath(f"{SUBMIT}/../receipts") == RECEIPTS
        assert await sftp.realpath("../../etc/passwd") == "/etc/passwd"
        assert not await sftp.exists("../../etc/passwd")


async def test_limits_say_what_is_held_to(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        kind, body = await raw.ask(Op.EXTENDED, string("limits@openssh.com"))
    assert kind == Op.EXTENDED_REPLY and unpack(">QQQQ", body) == (262_144, 261_120, 261_120, 32)


async def test_another_companys_identity_is_not_there(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for path in ("/09999", "/09999/SD-1", "/09999/SD-1/submit", "/09999/SD-1/receipts", "/01234/BCAN2", "/nothing"):
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.stat(path)
            with pytest.raises(asyncssh.SFTPNoSuchFile):
                await sftp.listdir(path)
        with pytest.raises(asyncssh.SFTPError) as refused:
            await sftp.open("/09999/SD-1/submit/SD1_09999_20220520.csv", "wb")
        assert refused.value.reason.startswith("4505 ") and "Choose identity 01234 or 01235." in refused.value.reason


async def test_a_download_folder_is_there_empty_and_read_only(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        assert [name for name in await sftp.listdir("/01234/RPT-TRD/download") if name.strip(".")] == []
        with pytest.raises(asyncssh.SFTPPermissionDenied):
            await sftp.open("/01234/RPT-TRD/download/x", "wb")


async def test_receipts_can_be_read_and_not_changed(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
            await file.write(b"1,2\n")
        path = f"{RECEIPTS}/{TODAY}.receipt"
        async with sftp.open(path, "r") as file:
            text = await file.read()
        assert text.startswith("receipt-v1\n") and f"file-name: {TODAY}\n" in text
        assert (await sftp.stat(path)).size == len(text.encode())
        attempts: list[Any] = [sftp.remove(path), sftp.rename(path, f"{RECEIPTS}/x"), sftp.open(path, "wb")]
        attempts += [sftp.open(f"{RECEIPTS}/new", "wb"), sftp.mkdir(f"{RECEIPTS}/x"), sftp.open(path, "r+")]
        for attempt in attempts:
            with pytest.raises((asyncssh.SFTPPermissionDenied, asyncssh.SFTPNoSuchFile)):
                await attempt


async def test_an_exceptions_text_never_reaches_the_client(
    sftp_world: SftpWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(2, "secret", "/var/lib/secret")

    monkeypatch.setattr(sftp_world.world.services.outcomes, "places", broken)
    async with sftp_world.client() as sftp:
        with pytest.raises(asyncssh.SFTPFailure) as failed:
            await sftp.listdir("/")
    assert failed.value.reason.startswith("9000 Unexpected: ") and "secret" not in failed.value.reason
