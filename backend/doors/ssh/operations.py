"""What each SFTP request does. Only what stands in the two tables is served; everything else is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from backend.contract.faults import NO_READ_BACK, NOT_ALLOWED, NOT_UNDERSTOOD, Refused
from backend.doors.ssh import wire
from backend.doors.ssh.drops import Drops
from backend.doors.ssh.handles import Document, Handle, Handles, Listing, not_open
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.inflow import Inflow
from backend.doors.ssh.outflow import Outflow
from backend.doors.ssh.replies import Unsupported, failed
from backend.doors.ssh.rooms import written
from backend.doors.ssh.spots import Spot, real_path, spot
from backend.doors.ssh.submitting import Open, Submitting
from backend.doors.ssh.wire import EOF, OK, Attributes, Entry, Fields, Op, Reply

_AFTER_HEAD: Final = 5
_LISTED_AT_ONCE: Final = 100


class Operations:
    """The requests of one session, and its open handles."""

    def __init__(self, house: House, guest: Guest) -> None:
        self._house = house
        self._guest = guest
        self._drops = Drops(house, guest)
        self._submitting = Submitting(house, guest)
        self._handles = Handles(house.desk.handles, guest.actor.login_id)

    @property
    def uploading(self) -> bool:
        return self._handles.uploading

    def at_once(self, kind: int, packet: bytes | memoryview) -> Reply | None:
        """Serves what needs no waiting: nearly every WRITE and READ, which is nearly everything that comes."""
        if kind not in (Op.WRITE, Op.READ):
            return None
        try:
            fields = Fields(packet, _AFTER_HEAD)
            handle, offset = self._handles.get(fields.string()), fields.long()
            return self._written(handle, offset, fields) if kind == Op.WRITE else self._read(handle, offset, fields)
        except wire.Malformed as error:
            return failed(error)

    async def answer(self, kind: int, packet: bytes | memoryview) -> Reply:
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
        for handle in self._handles.clear():
            await (self._submitting.abandon(handle) if isinstance(handle, Inflow) else self._let_go(handle))

    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────

    async def open(self, fields: Fields) -> Reply:
        where, how = spot(fields.string()), Open(fields.number() & sum(Open))
        self._handles.refuse_too_many()
        if where.in_drop:
            return self._handles.add(await self._submitting.open(where, how))
        if Open.WRITE in how:
            raise Refused(NOT_ALLOWED, what="Files are put into a submit folder; everything else is read-only.")
        actor = self._guest.actor
        opened = await self._house.run(self._house.tree.open, actor, where)
        if isinstance(opened.content, bytes):
            return self._handles.add(Document(where, opened.content, opened.attributes))
        ahead = self._house.desk.reads_ahead(actor.login_id)
        return self._handles.add(Outflow(opened.content, where, opened, actor, self._house.run, ahead=ahead))

    async def close(self, fields: Fields) -> Reply:
        handle = self._handles.take(fields.string())
        await (self._submitting.close(handle) if isinstance(handle, Inflow) else self._let_go(handle))
        return OK

    async def read(self, fields: Fields) -> Reply:
        handle, offset, length = self._handles.opened(fields.string()), fields.long(), fields.number()
        if isinstance(handle, Inflow):
            raise Refused(NO_READ_BACK)
        if not isinstance(handle, Outflow):
            raise not_open()
        await handle.ask_again(self._guest.actor)
        return _data(await handle.read(offset, min(length, wire.LONGEST_WRITE)))

    async def write(self, fields: Fields) -> Reply:
        await self._submitting.write(self._handles.writing(fields.string()), fields.long(), fields.view())
        return OK

    async def fsync(self, fields: Fields) -> Reply:
        """Staged bytes are written out; only the CLOSE makes them more than that."""
        await self._handles.writing(fields.string()).settle()
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
        handle = self._handles.opened(fields.string())
        if isinstance(handle, Inflow):
            return wire.attributes(written(handle.size, handle.upload.started))
        return wire.attributes(
            await self._attributes(handle.where) if isinstance(handle, Listing) else handle.attributes
        )

    async def setstat(self, fields: Fields) -> Reply:
        """Clients set times and modes after a put: that succeeds, and changes nothing but the length of a draft."""
        where, size = spot(fields.string()), fields.declared_size()
        await self._attributes(where)
        if size is not None:
            await self._submitting.resize(where, size)
        return OK

    async def fsetstat(self, fields: Fields) -> Reply:
        handle, size = self._handles.opened(fields.string()), fields.declared_size()
        if isinstance(handle, Inflow) and size is not None:
            await self._submitting.truncate(handle, size)
        return OK

    async def realpath(self, fields: Fields) -> Reply:
        return wire.names([Entry(real_path(fields.string()), Attributes(0))])

    # ── folders ──────────────────────────────────────────────────────────────────────────────────────────────

    async def opendir(self, fields: Fields) -> Reply:
        where = spot(fields.string())
        self._handles.refuse_too_many()
        listing = Listing(where, [], self._pages(where))
        listing.entries = await self._house.run(next, listing.pages)
        return self._handles.add(listing)

    async def readdir(self, fields: Fields) -> Reply:
        listing = self._handles.listing(fields.string())
        while not listing.entries:
            page = await self._house.run(next, listing.pages, None)
            if page is None:
                return EOF
            listing.entries = page
        listed, listing.entries = listing.entries[:_LISTED_AT_ONCE], listing.entries[_LISTED_AT_ONCE:]
        return wire.names(listed)

    async def mkdir(self, fields: Fields) -> Reply:
        """Refused like one that is there already, if it is: then clients that make folders on the way go on."""
        where = spot(fields.string())
        try:
            await self._attributes(where)
        except Refused:
            raise _folders_are_given() from None
        raise Refused(NOT_UNDERSTOOD, what="There is such a folder already.")

    async def rmdir(self, _: Fields) -> Reply:
        raise _folders_are_given()

    async def statvfs(self, fields: Fields) -> Reply:
        return await self._room(spot(fields.string()))

    async def fstatvfs(self, fields: Fields) -> Reply:
        return await self._room(self._handles.opened(fields.string()).where)

    async def limits(self, _: Fields) -> Reply:
        return wire.limits()

    async def _let_go(self, handle: Handle) -> None:
        if isinstance(handle, Outflow):
            await handle.close()
            if handle.ahead:
                self._house.desk.read_ahead.give_back(self._guest.actor.login_id)

    async def _attributes(self, where: Spot) -> Attributes:
        if where.in_drop:
            return await self._drops.attributes(where)
        return await self._house.run(self._house.tree.attributes, self._guest.actor, where)

    def _pages(self, where: Spot) -> Iterator[list[Entry]]:
        return self._drops.pages(where) if where.is_drop else self._house.tree.pages(self._guest.actor, where)

    async def _room(self, where: Spot) -> Reply:
        await self._attributes(where)
        return wire.room(*await self._house.run(self._house.tree.room, self._guest.actor, where))

    def _written(self, handle: Handle | None, offset: int, fields: Fields) -> Reply | None:
        data = fields.view()
        if not isinstance(handle, Inflow) or not handle.takes(offset, len(data)):
            return None
        handle.add(offset, data)
        return OK

    def _read(self, handle: Handle | None, offset: int, fields: Fields) -> Reply | None:
        length = min(fields.number(), wire.LONGEST_WRITE)
        if isinstance(handle, Document):
            return _data(handle.text[offset : offset + length])
        if not isinstance(handle, Outflow) or handle.reader is not self._guest.actor:
            return None
        found = handle.held(offset, length)
        return None if found is None else _data(found)


def _data(chunk: bytes) -> Reply:
    return wire.data(chunk) if chunk else EOF


def _folders_are_given() -> Refused:
    return Refused(NOT_ALLOWED, what="The folders here are made by the platform.")


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
    Op.MKDIR: Operations.mkdir,
    Op.RMDIR: Operations.rmdir,
    Op.REALPATH: Operations.realpath,
    Op.STAT: Operations.stat,
    Op.RENAME: Operations.rename,
}
EXTENSIONS: Final[dict[bytes, Operation]] = {
    b"posix-rename@openssh.com": Operations.rename,
    b"fsync@openssh.com": Operations.fsync,
    b"limits@openssh.com": Operations.limits,
    b"statvfs@openssh.com": Operations.statvfs,
    b"fstatvfs@openssh.com": Operations.fstatvfs,
}
