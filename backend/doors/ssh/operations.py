"""What each SFTP request does. Only what stands in the two tables is served; everything else is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import NO_READ_BACK, NOT_ALLOWED, NOT_UNDERSTOOD, TOO_MANY_HANDLES, Refused
from backend.doors.ssh import wire
from backend.doors.ssh.drops import Drops
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.inflow import Inflow
from backend.doors.ssh.replies import Unsupported, failed
from backend.doors.ssh.submitting import Open, Submitting
from backend.doors.ssh.tree import Spot, in_drop, normal, spot
from backend.doors.ssh.wire import EOF, OK, Attributes, Entry, Fields, Op, Reply

_AFTER_HEAD: Final = 5
_LISTED_AT_ONCE: Final = 100


@dataclass(slots=True)
class Listing:
    """An open folder; `entries` are those not yet listed, `held` what its account is counted for."""

    where: Spot
    entries: list[Entry]
    held: int


@dataclass(frozen=True, slots=True)
class Page:
    """An open document."""

    text: bytes
    attributes: Attributes


class Operations:
    """The requests of one session, and its open handles."""

    def __init__(self, house: House, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._drops = Drops(house, guest)
        self._submitting = Submitting(house, guest)
        self._handles: dict[bytes, Listing | Page | Inflow] = {}
        self._opened = 0

    @property
    def uploading(self) -> bool:
        return any(isinstance(handle, Inflow) for handle in self._handles.values())

    def at_once(self, kind: int, packet: bytes) -> Reply | None:
        """Serves what needs no waiting: nearly every WRITE, which is nearly everything that comes."""
        if kind != Op.WRITE:
            return None
        try:
            fields = Fields(packet, _AFTER_HEAD)
            inflow, offset, data = self._handles.get(fields.string()), fields.long(), fields.string()
        except wire.Malformed as error:
            return failed(error)
        if not isinstance(inflow, Inflow) or not inflow.takes(offset, len(data)):
            return None
        inflow.add(offset, data)
        return OK

    async def answer(self, kind: int, packet: bytes) -> Reply:
        """Serves one request, and never raises."""
        try:
            fields = Fields(packet, _AFTER_HEAD)
            served = EXTENSIONS.get(fields.string()) if kind == Op.EXTENDED else OPERATIONS.get(kind)
            if served is None:
                raise Unsupported
            return await served(self, fields)
        except Exception as error:
            return failed(error)

    async def abandon(self) -> None:
        """The session is over: what was not closed was not submitted."""
        handles, self._handles = self._handles, {}
        for handle in handles.values():
            if isinstance(handle, Listing):
                self._let_go(handle)
        for handle in handles.values():
            if isinstance(handle, Inflow):
                await self._submitting.abandon(handle)

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    async def open(self, fields: Fields) -> Reply:
        where, how = spot(fields.string()), Open(fields.number() & sum(Open))
        self._refuse_too_many()
        if where.in_drop:
            return self._handle(await self._submitting.open(where, how))
        if Open.WRITE in how:
            raise Refused(NOT_ALLOWED, what="Files are put into a submit folder; everything else is read-only.")
        text, attributes = await self._house.run(self._house.tree.page, self._guest.actor, where)
        return self._handle(Page(text, attributes))

    async def close(self, fields: Fields) -> Reply:
        handle = self._handles.pop(fields.string(), None)
        if handle is None:
            raise _not_open()
        if isinstance(handle, Listing):
            self._let_go(handle)
        if isinstance(handle, Inflow):
            await self._submitting.close(handle)
        return OK

    async def read(self, fields: Fields) -> Reply:
        handle, offset, length = self._opened_as(fields), fields.long(), fields.number()
        if isinstance(handle, Inflow):
            raise Refused(NO_READ_BACK)
        if not isinstance(handle, Page):
            raise _not_open()
        chunk = handle.text[offset : offset + min(length, wire.LONGEST_WRITE)]
        return wire.data(chunk) if chunk else EOF

    async def write(self, fields: Fields) -> Reply:
        await self._submitting.write(self._inflow(fields), fields.long(), fields.string())
        return OK

    async def fsync(self, fields: Fields) -> Reply:
        """Staged bytes are written out; only the CLOSE makes them more than that."""
        await self._inflow(fields).settle()
        return OK

    async def rename(self, fields: Fields) -> Reply:
        old, new = spot(fields.string()), spot(fields.string())
        await self._submitting.rename(old, new)
        return OK

    async def remove(self, fields: Fields) -> Reply:
        where = spot(fields.string())
        if not where.in_drop:
            raise Refused(NOT_ALLOWED, what="Nothing can be removed here.")
        await self._submitting.remove(where)
        return OK

    # ── attributes ───────────────────────────────────────────────────────────────────────────────────────────

    async def stat(self, fields: Fields) -> Reply:
        return wire.attributes(await self._attributes(spot(fields.string())))

    async def fstat(self, fields: Fields) -> Reply:
        handle = self._opened_as(fields)
        if isinstance(handle, Inflow):
            return wire.attributes(in_drop(handle.size, handle.upload.started.timestamp()))
        return wire.attributes(handle.attributes if isinstance(handle, Page) else await self._attributes(handle.where))

    async def setstat(self, fields: Fields) -> Reply:
        """Clients set times and modes after a put: that succeeds, and changes nothing but the length of a draft."""
        where, size = spot(fields.string()), fields.declared_size()
        await self._attributes(where)
        if size is not None:
            await self._submitting.shorten(where, size)
        return OK

    async def fsetstat(self, fields: Fields) -> Reply:
        handle, size = self._opened_as(fields), fields.declared_size()
        if isinstance(handle, Inflow) and size is not None:
            await self._submitting.truncate(handle, size)
        return OK

    async def realpath(self, fields: Fields) -> Reply:
        return wire.names([Entry(normal(fields.string()), Attributes(0))])

    # ── folders ──────────────────────────────────────────────────────────────────────────────────────────────

    async def opendir(self, fields: Fields) -> Reply:
        where = spot(fields.string())
        self._refuse_too_many()
        if where.room == "submit":
            entries = await self._drops.entries(where)
        else:
            entries = await self._house.run(self._house.tree.entries, self._guest.actor, where)
        self._house.desk.hold(self._guest.actor.login_id, len(entries))
        return self._handle(Listing(where, entries, len(entries)))

    async def readdir(self, fields: Fields) -> Reply:
        handle = self._opened_as(fields)
        if not isinstance(handle, Listing):
            raise _not_open()
        listed, handle.entries = handle.entries[:_LISTED_AT_ONCE], handle.entries[_LISTED_AT_ONCE:]
        return wire.names(listed) if listed else EOF

    async def folders_are_given(self, _: Fields) -> Reply:
        raise Refused(NOT_ALLOWED, what="The folders here are made by the platform.")

    async def limits(self, _: Fields) -> Reply:
        return wire.limits()

    # ── handles ──────────────────────────────────────────────────────────────────────────────────────────────

    def _handle(self, handle: Listing | Page | Inflow) -> Reply:
        self._opened += 1
        name = self._opened.to_bytes(8, "big")
        self._handles[name] = handle
        return wire.handle(name)

    def _let_go(self, listing: Listing) -> None:
        self._house.desk.let_go(self._guest.actor.login_id, listing.held)

    def _opened_as(self, fields: Fields) -> Listing | Page | Inflow:
        handle = self._handles.get(fields.string())
        if handle is None:
            raise _not_open()
        return handle

    def _inflow(self, fields: Fields) -> Inflow:
        handle = self._opened_as(fields)
        if not isinstance(handle, Inflow):
            raise Refused(NOT_ALLOWED, what="What was opened for reading cannot be written.")
        return handle

    def _refuse_too_many(self) -> None:
        if len(self._handles) >= wire.MOST_HANDLES:
            raise Refused(TOO_MANY_HANDLES)

    async def _attributes(self, where: Spot) -> Attributes:
        if where.in_drop:
            return await self._drops.attributes(where)
        return await self._house.run(self._house.tree.attributes, self._guest.actor, where)


def _not_open() -> Refused:
    return Refused(NOT_UNDERSTOOD, what="The handle is not open for that.")


Operation = Callable[[Operations, Fields], Awaitable[Reply]]
OPERATIONS: Final[dict[int, Operation]] = {
    Op.OPEN: Operations.open,
    Op.CLOSE: Operations.close,
    Op.READ: Operations.read,
    Op.WRITE: Operations.write,
    Op.LSTAT: Operations.stat,
    Op.FSTAT: Operations.fstat,
    Op.SETSTAT: Operations.setstat,
    Op.FSETSTAT: Operations.fsetstat,
    Op.OPENDIR: Operations.opendir,
    Op.READDIR: Operations.readdir,
    Op.REMOVE: Operations.remove,
    Op.MKDIR: Operations.folders_are_given,
    Op.RMDIR: Operations.folders_are_given,
    Op.REALPATH: Operations.realpath,
    Op.STAT: Operations.stat,
    Op.RENAME: Operations.rename,
}
EXTENSIONS: Final[dict[bytes, Operation]] = {
    b"posix-rename@openssh.com": Operations.rename,
    b"fsync@openssh.com": Operations.fsync,
    b"limits@openssh.com": Operations.limits,
}
