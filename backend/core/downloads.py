"""Downloads: what was published for an account's identities; every fetch is in the log before its first byte."""

from __future__ import annotations

from collections.abc import Callable

from backend.core.activity import Ledger
from backend.core.actor import Actor
from backend.core.ports import Clock, Store
from backend.core.publications import Published
from backend.core.reading import Reading, Readings
from backend.core.rows import Rows


class Downloads:
    """Lists, finds and opens published files."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        clock: Clock,
        ledger: Ledger,
        current_actor: Callable[[Rows, Actor], Actor],
    ) -> None:
        self._store = store
        self._readings = readings
        self._clock = clock
        self._ledger = ledger
        self._current_actor = current_actor

    def published(self, actor: Actor, identity_code: str, folder: str) -> list[Published]:
        """The files there, of the last 90 days, one a name, newest first; 4501 or 2001 where it is not the actor's."""
        raise NotImplementedError

    def find(self, actor: Actor, identity_code: str, folder: str, file_name: str) -> Published:
        """The file of that name; 2001 where there is none."""
        raise NotImplementedError

    def open(self, actor: Actor, published: Published) -> Reading:
        """Its bytes, once the fetch is durably in the log. 2001 where it was withdrawn or replaced meanwhile."""
        raise NotImplementedError
