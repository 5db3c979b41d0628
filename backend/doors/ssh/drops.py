"""The drop boxes as one account sees them: what stands, its unfinished files, and not what it removed."""

from __future__ import annotations

from collections.abc import Iterator

from backend.contract.faults import NO_READ_BACK, NOT_FOUND, Refused
from backend.core.drop_box import temporary
from backend.doors.ssh.desk import Draft
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.rooms import Page, written
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.wire import Attributes, Entry


class Drops:
    """Looks only."""

    def __init__(self, house: House, guest: Guest) -> None:
        self._house = house
        self._guest = guest

    async def standing(self, where: Spot) -> Attributes | None:
        """The file that stands under this name, unless this account removed it."""
        if not where.in_drop or temporary(where.name) or self._house.desk.hidden(self._login_id, where):
            return None
        return await self._house.run(self._house.tree.standing, self._guest.actor, where)

    async def attributes(self, where: Spot) -> Attributes:
        """Of a file that stands or a draft; 2001 where there is neither. A draft never hides what was accepted."""
        standing = await self.standing(where)
        if standing is not None:
            return standing
        draft = self._house.desk.draft(self._login_id, where)
        if draft is None:
            raise Refused(NOT_FOUND)
        return _unfinished(draft)

    def pages(self, where: Spot) -> Iterator[Page]:
        """The listing of one drop box; made in a thread, of what the desk says now."""
        desk, actor = self._house.desk, self._guest.actor
        drafts = dict(desk.drafts_in(actor.login_id, where))
        return _seen(self._house.tree.pages(actor, where), desk.hidden_in(actor.login_id, where), drafts)

    async def not_to_be_read(self, where: Spot) -> Refused:
        """4520 for a file that stands, 2001 for one that does not."""
        return Refused(NO_READ_BACK if await self.standing(where) is not None else NOT_FOUND)

    @property
    def _login_id(self) -> str:
        return self._guest.actor.login_id


def _seen(standing: Iterator[Page], hidden: set[str], drafts: dict[str, Draft]) -> Iterator[Page]:
    for page in standing:
        seen = [one for one in page if one.name not in hidden]
        for one in seen:
            drafts.pop(one.name, None)
        yield seen
    yield [Entry(name, _unfinished(draft)) for name, draft in drafts.items()]


def _unfinished(draft: Draft) -> Attributes:
    return written(draft.size, draft.upload.started)
