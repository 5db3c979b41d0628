"""The drop boxes as one account sees them: what stands, its drafts, and not what it removed."""

from __future__ import annotations

from dataclasses import replace

from backend.contract.faults import NO_READ_BACK, NOT_FOUND, Refused
from backend.core.outcomes import Received
from backend.doors.ssh.house import Guest, House
from backend.doors.ssh.tree import Spot, in_drop
from backend.doors.ssh.wire import Attributes, Entry


class Drops:
    """Looks only."""

    def __init__(self, house: House, guest: Guest) -> None:
        self._house = house
        self._guest = guest

    async def standing(self, where: Spot) -> Received | None:
        """The file that stands under this name, unless this account removed it."""
        if not where.in_drop or self._house.desk.hidden(self._guest.actor.login_id, where):
            return None
        return await self._house.run(self._house.tree.standing, self._guest.actor, where)

    async def attributes(self, where: Spot) -> Attributes:
        """Of a draft or a file that stands; 2001 where there is neither."""
        draft = self._house.desk.draft(self._guest.actor.login_id, where)
        if draft is not None:
            return in_drop(draft.size, draft.upload.started.timestamp())
        standing = await self.standing(where)
        if standing is None:
            raise Refused(NOT_FOUND)
        return in_drop(standing.size, standing.at.timestamp())

    async def entries(self, where: Spot) -> list[Entry]:
        """The listing of one drop box."""
        desk, login_id = self._house.desk, self._guest.actor.login_id
        standing = await self._house.run(self._house.tree.entries, self._guest.actor, where)
        seen = [one for one in standing if not desk.hidden(login_id, replace(where, name=one.name))]
        drafts = desk.drafts_in(login_id, where)
        return seen + [Entry(name, in_drop(one.size, one.upload.started.timestamp())) for name, one in drafts]

    async def not_to_be_read(self, where: Spot) -> Refused:
        """4520 for a file that stands, 2001 for one that does not."""
        return Refused(NO_READ_BACK if await self.standing(where) is not None else NOT_FOUND)
