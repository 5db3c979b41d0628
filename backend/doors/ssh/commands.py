"""Commands that file programs run beside SFTP: hashes of files, and what they probe a server with. Never a shell."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shlex
from dataclasses import dataclass
from typing import Final, Protocol

from backend.contract.faults import GOING_DOWN, NO_READ_BACK, NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from backend.core.drop_box import temporary
from backend.doors.ssh.drops import Drops
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.spots import Spot, spot

NOT_A_COMMAND: Final = 127
NO_SHELL: Final = (
    "ECP takes and gives files by SFTP with this key; there is no shell and no such command. Use sftp or scp. "
    "The console opens with ssh -t; its commands take your password: ssh -o PubkeyAuthentication=no."
)
_LONGEST: Final = 10_000
_SHOWN: Final = 200
_BLOCK: Final = 1 << 20
_HASHES: Final = {"md5sum": "md5", "sha1sum": "sha1", "sha256sum": "sha256"}
_VARIABLE: Final = re.compile(r"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answers, and how it ends."""

    out: str = ""
    error: str = ""
    code: int = 0


class Command:
    """One command of one session. Its session says what came in, and when nothing more will."""

    def __init__(self, house: House, guest: Guest, command: str) -> None:
        self._house = house
        self._guest = guest
        self._drops = Drops(house, guest)
        self._command = command
        self._came = False
        self._ended = asyncio.Event()
        self._gone = False

    def came(self) -> None:
        self._came = True

    def ended(self) -> None:
        self._ended.set()

    def gone(self) -> None:
        """Nobody waits for the answer any more."""
        self._gone = True
        self._ended.set()

    async def run(self) -> Said:
        """Never raises."""
        words = _words(self._command)
        if words[:1] == ["echo"]:
            return Said(shown(_VARIABLE.sub("", " ".join(words[1:])), _LONGEST) + "\n")
        program, *paths = words or [""]
        if program not in _HASHES or len(paths) > 1:
            return Said(error=f"{NO_SHELL}\n", code=NOT_A_COMMAND)
        path = "".join(paths)
        try:
            found = await (self._in_turn(_HASHES[program], path) if path else self._of_nothing(_HASHES[program]))
        except Refused as refused:
            # A failed hash is a corrupted upload to rclone, which removes it; a blank one is a hash that there is not.
            code = 0 if refused.fault is NO_READ_BACK else 1
            return Said(error=f"{program}: {shown(path, _SHOWN)}: {refused}\n", code=code)
        except Exception as error:
            return Said(error=f"{program}: {unexpected(error)}\n", code=1)
        return Said(f"{found}  {shown(path, _LONGEST) or '-'}\n")

    async def _of_nothing(self, name: str) -> str:
        """Programs ask for the hash of an empty input, to see whether there are hashes at all."""
        await self._ended.wait()
        if self._came:
            raise Refused(NOT_UNDERSTOOD, what="Only files are hashed here, and no input.")
        return hashlib.new(name, usedforsecurity=False).hexdigest()

    async def _in_turn(self, name: str, path: str) -> str:
        async with self._house.desk.hashing(self._guest.actor.login_id):
            self._refuse_gone()
            return await self._of_file(name, path)

    async def _of_file(self, name: str, path: str) -> str:
        """The SHA-256 of what was submitted is known to whoever submits for it; nothing else is told of its bytes."""
        where, run, actor = spot(path.encode()), self._house.run, self._guest.actor
        if where.in_drop and temporary(where.name):
            return await self._of_draft(name, where)
        if where.in_drop and await self._drops.standing(where) is None:
            raise Refused(NOT_FOUND)
        known = await run(self._house.tree.sha256, actor, where) if name == "sha256" else None
        if known is None and where.in_drop:
            raise Refused(NO_READ_BACK)
        return known if known is not None else await run(self._read, name, where)

    def _read(self, name: str, where: Spot) -> str:
        file = self._house.tree.open(self._guest.actor, where).content
        if isinstance(file, bytes):
            return hashlib.new(name, file, usedforsecurity=False).hexdigest()
        try:
            return self._hashed(name, file)
        finally:
            file.close()

    async def _of_draft(self, name: str, where: Spot) -> str:
        """An unfinished file is its account's own: so a program can compare before it gives the file its name."""
        login_id, desk = self._guest.actor.login_id, self._house.desk
        draft = desk.take(login_id, where)  # while it is read, nobody else has it
        if draft is None:
            raise Refused(NOT_FOUND)
        try:
            return await self._house.run(self._hashed, name, draft.upload.staging)
        finally:
            replaced = desk.put_back(login_id, where, draft)
            if replaced is not None:
                await self._house.run(replaced.upload.staging.abandon)

    def _hashed(self, name: str, file: Readable) -> str:
        found = hashlib.new(name, usedforsecurity=False)
        for at in range(0, file.size, _BLOCK):
            self._refuse_gone()
            found.update(file.read(at, _BLOCK))
        return found.hexdigest()

    def _refuse_gone(self) -> None:
        if self._gone:
            raise Refused(GOING_DOWN)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command) if len(command) <= _LONGEST else []
    except ValueError:
        return []


class Readable(Protocol):
    """Bytes that can be read from anywhere."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes: ...
