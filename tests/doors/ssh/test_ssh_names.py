"""Hostile names, in every path of every request: nothing of them is obeyed, kept raw or told apart."""

from __future__ import annotations

from struct import pack, unpack

from backend.contract.rules.shown import shown
from backend.doors.ssh.submitting import Open
from backend.doors.ssh.wire import Op, Status
from tests.doors.ssh.raw import Raw, raw_sftp, string
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld

NAMES = [
    b"x\0y",
    b"SD1_01234_20220520.csv\0",
    b"\x1b]0;owned\x07",
    b"\xe2\x80\xaevsc.02502202_43210_1DS",
    b"\xff\xfe\xfd",
    b"\xed\xa0\x80",
    b"A" * 5000,
    b"-rf",
    b"%s%n",
    b"a\r\nb",
    b"SD1_01234_20220520.csv.refused.txt",
    "SD1_01234_２０２２０５２０.csv".encode(),
    b"x\x1b.tmp",
    b".in.\xe2\x80\xae.",
    b" ",
    b"...",
    b"~",
    b"*",
]
FOLDERS = ["", "/01234", SUBMIT, RECEIPTS, "/01234/RPT-TRD/download", "/collect", "/publish/RPT-TRD/01234"]
NEW = pack(">II", Open.WRITE | Open.CREAT | Open.TRUNC, 0)
NO_ATTRIBUTES = pack(">I", 0)


def of_one_path(path: bytes) -> list[tuple[int, bytes]]:
    name = string(path)
    return [
        (Op.OPEN, name + pack(">II", Open.READ, 0)),
        (Op.OPEN, name + NEW),
        (Op.OPEN, name + pack(">II", Open.WRITE, 0)),
        (Op.STAT, name),
        (Op.LSTAT, name),
        (Op.SETSTAT, name + pack(">IQ", 1, 3)),
        (Op.OPENDIR, name),
        (Op.REMOVE, name),
        (Op.MKDIR, name + NO_ATTRIBUTES),
        (Op.RMDIR, name),
        (Op.RENAME, name + string(f"{SUBMIT}/{TODAY}")),
        (Op.RENAME, string(f"{SUBMIT}/ours.tmp") + name),
        (Op.EXTENDED, string("posix-rename@openssh.com") + name + string(f"{SUBMIT}/{TODAY}")),
        (Op.EXTENDED, string("statvfs@openssh.com") + name),
        (Op.READLINK, name),
        (Op.SYMLINK, name + name),
    ]


def harmless(text: bytes) -> bool:
    return shown(text.decode(), len(text) + 1) == text.decode()


async def listed(raw: Raw, path: str) -> list[bytes]:
    """Every name and line of a listing, as it comes."""
    _, handle = await raw.ask(Op.OPENDIR, string(path))
    found: list[bytes] = []
    while True:
        kind, body = await raw.ask(Op.READDIR, handle)
        if kind == Op.STATUS:
            await raw.ask(Op.CLOSE, handle)
            return found
        at = 4
        for _ in range(unpack(">I", body[:4])[0]):
            for _ in range(2):
                length = unpack(">I", body[at : at + 4])[0]
                found.append(body[at + 4 : at + 4 + length])
                at += 4 + length
            at += 32 if unpack(">I", body[at : at + 4])[0] & 8 else 24


async def test_no_hostile_name_is_taken_in_any_request_nor_given_back_raw(sftp_world: SftpWorld) -> None:
    async with raw_sftp(sftp_world) as raw:
        handle = await raw.open(f"{SUBMIT}/ours.tmp", Open.WRITE | Open.CREAT)
        await raw.status(Op.WRITE, handle + pack(">Q", 0) + string(b"abc"))
        assert (await raw.status(Op.CLOSE, handle))[0] == Status.OK
        for name in NAMES:
            for folder in FOLDERS:
                for kind, body in of_one_path(folder.encode() + b"/" + name):
                    code, said = await raw.status(kind, body)
                    assert code not in {-1, Status.OK} and harmless(said.encode()), (folder, name, kind, said)
            replied, body = await raw.ask(Op.REALPATH, string(b"/x/" + name))
            assert replied == Op.NAME
            length = unpack(">I", body[4:8])[0]
            assert harmless(body[8 : 8 + length]), name
        names = await listed(raw, SUBMIT)
        assert names[0] == b"ours.tmp" and all(map(harmless, names))
        names = await listed(raw, RECEIPTS)
        assert names and all(map(harmless, names))
    for one in sftp_world.activities():
        assert one.state == "refused" and harmless((one.file_name or "").encode())
