"""Submitting over SFTP: what puts, renames and removes mean in a drop box."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from enum import IntFlag

from backend.contract.faults import (
    BEGUN_AGAIN,
    GOING_DOWN,
    INCOMPLETE_UPLOAD,
    NO_READ_BACK,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_UNDERSTOOD,
    Refused,
)
from backend.core.claims import Upload
from backend.core.drop_box import temporary
from backend.doors.ssh.desk import Draft
from backend.doors.ssh.drops import Drops
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.inflow import Inflow, nothing_to_continue
from backend.doors.ssh.replies import unexpected
from backend.doors.ssh.spots import Spot


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
        self._boxes = house.boxes
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
        inflow = await self._opened(where, how)
        self._desk.begins(self._login_id, inflow)
        return inflow

    async def write(self, inflow: Inflow, offset: int, data: bytes | memoryview) -> None:
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
        self._desk.ends(self._login_id, inflow)
        await self._whole(inflow)
        if temporary(inflow.where.name):
            await self._park(inflow.where, inflow.upload, inflow.size)
        else:
            await self._finish(inflow.where, inflow.upload, inflow.size)

    async def abandon(self, inflow: Inflow) -> None:
        """The connection ended before the CLOSE: nothing was submitted. What came can be gone on with for a while."""
        self._desk.ends(self._login_id, inflow)
        try:
            kept = await self._kept(inflow)
        except Exception as error:  # whatever refuses it now, nobody is there to be told
            kept = 0
            if not isinstance(error, Refused):
                unexpected(error)
        if not kept:
            await inflow.abandon()
            return
        await self._park(inflow.where, inflow.upload, kept, whole=False)

    async def rename(self, old: Spot, new: Spot) -> None:
        """Gives a draft its name, and with that submits it; or another temporary name, where it may lie as well."""
        draft = self._desk.draft(self._login_id, old)
        if draft is None:
            raise await self._drops.not_to_be_read(old)
        if new.room != old.room or not new.in_drop:
            raise Refused(NOT_ALLOWED, what="Files are submitted in a submit folder, and stay there.")
        named = not temporary(new.name)
        if named and not draft.whole:
            raise Refused(INCOMPLETE_UPLOAD, received="Not all", expected="the")
        try:
            upload = await self._run(self._boxes.of(new).named, self._guest.actor, draft.upload, new)
        except Refused:
            if named:
                self._desk.hide(self._login_id, new)
            raise
        if self._desk.draft(self._login_id, old) is not draft:
            raise Refused(NOT_FOUND)
        self._desk.take(self._login_id, old)
        if named:
            await self._finish(new, upload, draft.size)
        else:
            await self._park(new, upload, draft.size, whole=draft.whole)

    async def remove(self, where: Spot) -> None:
        """Removes a draft. A submitted file is only hidden from this account until it is replaced."""
        draft = self._desk.take(self._login_id, where)
        if draft is not None:
            await self._discard(draft)
        if await self._drops.standing(where) is None:
            if draft is None:
                raise Refused(NOT_FOUND)
        elif not await self._run(self._boxes.of(where).remove, self._guest.actor, where):
            self._desk.hide(self._login_id, where)

    async def resize(self, where: Spot, size: int) -> None:
        """Gives a draft another length; a file that stands keeps its own."""
        standing = await self._drops.standing(where)
        if standing is not None and standing.size != size:
            raise Refused(NOT_ALLOWED, what="What was accepted keeps its length; put the file again to replace it.")
        draft = None if standing is not None else self._desk.take(self._login_id, where)
        if draft is None:
            return
        try:
            draft.upload.refuse_beyond(size)
        except Refused as refused:
            await self._run(self._boxes.of(where).refuse, self._guest.actor, draft.upload, refused)
        if size < draft.size:
            await self._run(draft.upload.staging.truncate, min(size, draft.upload.staging.size))
        await self._park(where, draft.upload, size, whole=draft.whole)

    @property
    def _login_id(self) -> str:
        return self._guest.actor.login_id

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _opened(self, where: Spot, how: Open) -> Inflow:
        standing = None if how & (Open.TRUNC | Open.EXCL) == Open.TRUNC else await self._drops.standing(where)
        if Open.EXCL in how and (standing is not None or self._desk.draft(self._login_id, where) is not None):
            raise Refused(NOT_UNDERSTOOD, what="There is such a file already, and the client asked not to replace it.")
        draft = self._desk.take(self._login_id, where)
        if draft is not None and (standing is not None or Open.TRUNC in how):
            await self._discard(draft)
            draft = None
        if draft is None and Open.TRUNC not in how and (Open.CREAT not in how or (standing and Open.APPEND in how)):
            raise nothing_to_continue()
        try:
            upload = await self._run(self._boxes.of(where).begin, self._guest.actor, where)
        except BaseException:
            if draft is not None:
                await self._discard(draft)
            raise
        if draft is not None:
            return await self._going_on(where, how, upload, draft)
        least = standing.size if standing is not None else 0
        return Inflow(upload, where, self._run, appending=Open.APPEND in how, least=least)

    async def _going_on(self, where: Spot, how: Open, fresh: Upload, draft: Draft) -> Inflow:
        """Judged as anew, with the bytes that are there: the receipt says when this one began."""
        await self._run(fresh.staging.abandon)
        upload = replace(fresh, staging=draft.upload.staging)
        least = 0 if draft.whole else draft.size + 1
        inflow = Inflow(upload, where, self._run, appending=Open.APPEND in how, going_on=True, least=least)
        inflow.size = draft.size
        return inflow

    # ── ending ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _whole(self, inflow: Inflow) -> None:
        try:
            await inflow.settle()
            inflow.refuse_partial()
        except Exception as error:
            raise await self._refused(inflow, error) from error

    async def _finish(self, where: Spot, upload: Upload, size: int) -> None:
        draft = self._desk.take(self._login_id, where)
        if draft is not None:
            await self._discard(draft)
        try:
            async with self._house.turns.taken(self._login_id, size):
                await self._run(self._boxes.of(where).finish, self._guest.actor, upload, size)
        except BaseException:
            self._desk.hide(self._login_id, where)
            raise
        self._desk.show(self._login_id, where)

    async def _kept(self, inflow: Inflow) -> int:
        """How many bytes of a cut upload are kept: none over a file that stands, for its size is what a client sees."""
        if not self._house.taking() or await self._drops.standing(inflow.where) is not None:
            return 0
        return await inflow.cut()

    async def _park(self, where: Spot, upload: Upload, size: int, *, whole: bool = True) -> None:
        gone = self._desk.park(self._login_id, where, upload, size, whole=whole)
        if gone is not None:
            await self._discard(gone)

    async def _discard(self, draft: Draft) -> None:
        await self._run(draft.upload.staging.abandon)

    async def _refused(self, inflow: Inflow, error: Exception) -> Refused:
        """Ends an upload that went wrong, once: leaves word of a refusal, lets go of the bytes."""
        if inflow.refused is not None:
            return inflow.refused
        inflow.refused = error if isinstance(error, Refused) else unexpected(error)
        if inflow.refused.fault is not BEGUN_AGAIN:  # of the file that took its place nothing is hidden
            self._desk.hide(self._login_id, inflow.where)
        try:
            if isinstance(error, Refused):
                with suppress(Refused):  # this is how it says that it has left word
                    await self._run(self._boxes.of(inflow.where).refuse, self._guest.actor, inflow.upload, error)
            else:
                await inflow.abandon()
        except Exception as another:
            unexpected(another)
        return inflow.refused
