"""The tree that a client sees. Nothing of it lies on a disk; what is in it depends on who looks."""

from __future__ import annotations

from collections.abc import Iterator

from backend.core.actor import Actor
from backend.core.services import Services
from backend.doors.ssh.key_files import KeyFiles
from backend.doors.ssh.rooms import FOLDER, Identities, Opened, Page, Room
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.staff_rooms import Collect, Publish, StaffRoom
from backend.doors.ssh.wire import Attributes, Entry


class Tree:
    """What lies where, for one actor at a time. Reads the database: not for the event loop."""

    def __init__(self, services: Services) -> None:
        self._stagings = services.submissions.stagings
        self._identities = Identities(services.outcomes, services.downloads)
        self._keys = KeyFiles(services.checkpoints)
        self._staff: dict[str, StaffRoom] = {
            "collect": Collect(services.collecting),
            "publish": Publish(services.publishing),
        }

    def pages(self, actor: Actor, where: Spot) -> Iterator[Page]:
        """The listing of a folder, piece by piece; 2001 where there is none."""
        if where == Spot():
            yield self._keys.entries()
            yield [Entry(name, FOLDER) for name, room in self._staff.items() if room.opens_for(actor)]
        yield from self._room(where).pages(actor, where)

    def attributes(self, actor: Actor, where: Spot) -> Attributes:
        """Of a folder or of a file that can be read; 2001 where nothing is."""
        return self._room(where).attributes(actor, where)

    def standing(self, actor: Actor, where: Spot) -> Attributes | None:
        """The file that stands in a drop box under this name."""
        return self._room(where).standing(actor, where)

    def open(self, actor: Actor, where: Spot) -> Opened:
        """A file to be read; 2001 where there is none."""
        return self._room(where).open(actor, where)

    def sha256(self, actor: Actor, where: Spot) -> str | None:
        """Of a file that stands, where it is known; nothing is read for it. 2001 where there is none."""
        return self._room(where).sha256(actor, where)

    def room(self, actor: Actor, where: Spot) -> tuple[int, int]:
        """How long a file put there may be, and how many bytes of it there is room for; nothing where none is taken."""
        limit = self._room(where).longest(actor, where)
        return limit, min(limit, self._stagings.room())

    def _room(self, where: Spot) -> Room:
        if self._keys.has(where):
            return self._keys
        return self._staff.get(where.room, self._identities)
