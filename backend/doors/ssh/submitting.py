"""Submitting over SFTP: what puts, renames and removes mean in a drop box."""

from __future__ import annotations

from contextlib import suppress
from enum import IntFlag

from backend.contract.faults import GOING_DOWN, NO_READ_BACK, NOT_ALLOWED, NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.core.claims import Upload
from backend.core.drop_box import temporary
from backend.doors.ssh.desk import Draft
from backend.doors.ssh.drops import Drops
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.inflow import Inflow, nothing_to_continue
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.tree import Spot


class Open(IntFlag):
    """How a client opens a file."""

    READ = 1
    WRITE = 2
    APPEND = 4
    CREAT = 8
    TRUNC = 16
    EXCL = 32


class Submitting:
    """The drop boxes of one guest."""

    def __init__(self, house: House, guest: Guest) -> None:
        self._house = house
        self._drops = Drops(house, guest)
        self._desk = house.desk
        self._run = house.run
        self._guest = guest

    async def open(self, where: Spot, how: Open) -> Inflow:
        """Begins, or goes on with, an upload. Refuses all that can be refused before the bytes come."""
        if Open.READ in how:
            raise Refused(NO_READ_BACK) if Open.WRITE in how else await self._drops.not_to_be_read(where)
        if Open.WRITE not in how:
            raise Refused(NOT_UNDERSTOOD, what="The file was to be opened neither for reading nor for writing.")
        if not self._house.taking():
            raise Refused(GOING_DOWN)
        draft = None if Open.TRUNC in how else self._desk.take(self._login_id, where)
        if draft is not None:
            inflow = Inflow(draft.upload, where, self._run, appending=Open.APPEND in how)
            inflow.size = draft.size
            return inflow
        return await self._begun(where, how)

    async def write(self, inflow: Inflow, offset: int, data: bytes) -> None:
        """Writes what `Inflow.add` could not take at once; a refusal stays the answer until the CLOSE."""
        try:
            await inflow.write(offset, data)
        except Exception as error:
            raise await self._refused(inflow, error) from error

    async def truncate(self, inflow: Inflow, size: int) -> None:
        try:
            await inflow.truncate(size)
        except Exception as error:
            raise await self._refused(inflow, error) from error

    async def close(self, inflow: Inflow) -> None:
        """Returns when the file stands, durable and accepted; under a temporary name, when all of it has come."""
        await self._whole(inflow)
        if temporary(inflow.where.name):
            await self._park(inflow.where, inflow.upload, inflow.size)
        else:
            await self._finish(inflow.where, inflow.upload, inflow.size)

    async def abandon(self, inflow: Inflow) -> None:
        """The connection ended before the CLOSE: nothing was submitted."""
        await inflow.abandon()

    async def rename(self, old: Spot, new: Spot) -> None:
        """Gives a draft its name, and with that submits it."""
        draft = self._desk.draft(self._login_id, old)
        if draft is None:
            raise await self._drops.not_to_be_read(old)
        if not new.in_drop:
            raise Refused(NOT_ALLOWED, what="Files are submitted in a submit folder, and stay there.")
        if temporary(new.name):
            self._desk.take(self._login_id, old)
            await self._park(new, draft.upload, draft.size)
            return
        upload = await self._run(
            self._house.drop_box.named, self._guest.actor, draft.upload, new.identity_code, new.folder, new.name
        )
        if self._desk.draft(self._login_id, old) is not draft:
            raise Refused(NOT_FOUND)
        self._desk.take(self._login_id, old)
        await self._finish(new, upload, draft.size)

    async def remove(self, where: Spot) -> None:
        """Removes a draft. A file that stands is only hidden from this account, until it is replaced."""
        draft = self._desk.take(self._login_id, where)
        if draft is not None:
            await self.discard(draft)
        elif await self._drops.standing(where) is not None:
            self._desk.hide(self._login_id, where)
        else:
            raise Refused(NOT_FOUND)

    async def shorten(self, where: Spot, size: int) -> None:
        """Gives a draft another length; a file that stands keeps its own."""
        draft = self._desk.take(self._login_id, where)
        if draft is None:
            return
        try:
            draft.upload.refuse_beyond(size)
        except Refused as refused:
            await self._run(self._house.drop_box.refuse, self._guest.actor, draft.upload, refused)
        if size < draft.size:
            await self._run(draft.upload.staging.truncate, min(size, draft.upload.staging.size))
        await self._park(where, draft.upload, size)

    async def discard(self, draft: Draft) -> None:
        await self._run(draft.upload.staging.abandon)

    @property
    def _login_id(self) -> str:
        return self._guest.actor.login_id

    async def _begun(self, where: Spot, how: Open) -> Inflow:
        upload = await self._run(
            self._house.drop_box.begin, self._guest.actor, where.identity_code, where.folder, where.name
        )
        try:
            least = 0 if how & (Open.TRUNC | Open.EXCL) == Open.TRUNC else await self._refuse_in_place(where, how)
        except BaseException:
            await self._run(upload.staging.abandon)
            raise
        return Inflow(upload, where, self._run, appending=Open.APPEND in how, least=least)

    async def _refuse_in_place(self, where: Spot, how: Open) -> int:
        """A file that stands is replaced whole or not at all: returns its size, of which nothing may show through."""
        standing = await self._drops.standing(where)
        if standing is None:
            return 0
        if Open.EXCL in how:
            raise Refused(NOT_UNDERSTOOD, what="The file was submitted before, and the client asked not to replace it.")
        if Open.APPEND in how:
            raise nothing_to_continue()
        return standing.size

    async def _whole(self, inflow: Inflow) -> None:
        try:
            await inflow.settle()
            inflow.refuse_partial()
        except Exception as error:
            raise await self._refused(inflow, error) from error

    async def _finish(self, where: Spot, upload: Upload, size: int) -> None:
        await self._run(self._house.drop_box.finish, self._guest.actor, upload, size)
        self._desk.show(self._login_id, where)

    async def _park(self, where: Spot, upload: Upload, size: int) -> None:
        try:
            replaced = self._desk.park(self._login_id, where, upload, size)
        except Refused:
            await self._run(upload.staging.abandon)
            raise
        if replaced is not None:
            await self.discard(replaced)

    async def _refused(self, inflow: Inflow, error: Exception) -> Refused:
        """Ends an upload that went wrong, once: leaves word of a refusal, lets go of the bytes."""
        if inflow.refused is not None:
            return inflow.refused
        inflow.refused = error if isinstance(error, Refused) else unexpected(error)
        try:
            if isinstance(error, Refused):
                with suppress(Refused):  # this is how it says that it has left word
                    await self._run(self._house.drop_box.refuse, self._guest.actor, inflow.upload, error)
            else:
                await inflow.abandon()
        except Exception as another:
            unexpected(another)
        return inflow.refused
