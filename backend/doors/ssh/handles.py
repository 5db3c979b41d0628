"""The open handles of one session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import NOT_ALLOWED, NOT_UNDERSTOOD, TOO_MANY_HANDLES, Refused
from backend.doors.ssh import wire
from backend.doors.ssh.inflow import Inflow
from backend.doors.ssh.outflow import Outflow
from backend.doors.ssh.spots import Spot
from backend.doors.ssh.wire import Attributes, Entry, Reply

MOST_OF_ACCOUNT: Final = 256
MOST_IN_ALL: Final = 4096


@dataclass(slots=True)
class Listing:
    """An open folder; `entries` are those not yet listed of the page in memory, `pages` those still to be read."""

    where: Spot
    entries: list[Entry]
    pages: Iterator[list[Entry]]


@dataclass(frozen=True, slots=True)
class Document:
    """An open document."""

    where: Spot
    text: bytes
    attributes: Attributes


Handle = Listing | Document | Inflow | Outflow


class Handles:
    """By the names that the client knows them by. No name is given twice. `held` counts everybody's, by login ID."""

    def __init__(self, held: Counter[str], login_id: str) -> None:
        self._held = held
        self._login_id = login_id
        self._open: dict[bytes, Handle] = {}
        self._opened = 0

    @property
    def uploading(self) -> bool:
        return any(isinstance(handle, Inflow) for handle in self._open.values())

    def refuse_too_many(self) -> None:
        """5005 beyond what the session, the account or all together may hold: each is memory, or a descriptor."""
        if (
            len(self._open) >= wire.MOST_HANDLES
            or self._held[self._login_id] >= MOST_OF_ACCOUNT
            or self._held.total() >= MOST_IN_ALL
        ):
            raise Refused(TOO_MANY_HANDLES)

    def add(self, handle: Handle) -> Reply:
        self._opened += 1
        name = self._opened.to_bytes(8, "big")
        self._open[name] = handle
        self._held[self._login_id] += 1
        return wire.handle(name)

    def get(self, name: bytes) -> Handle | None:
        return self._open.get(name)

    def opened(self, name: bytes) -> Handle:
        handle = self._open.get(name)
        if handle is None:
            raise not_open()
        return handle

    def writing(self, name: bytes) -> Inflow:
        handle = self.opened(name)
        if not isinstance(handle, Inflow):
            raise Refused(NOT_ALLOWED, what="What was opened for reading cannot be written.")
        return handle

    def listing(self, name: bytes) -> Listing:
        handle = self.opened(name)
        if not isinstance(handle, Listing):
            raise not_open()
        return handle

    def take(self, name: bytes) -> Handle:
        """The client closes it."""
        handle = self.opened(name)
        del self._open[name]
        self._let_go(1)
        return handle

    def clear(self) -> list[Handle]:
        """All of them: the session is over."""
        handles, self._open = list(self._open.values()), {}
        self._let_go(len(handles))
        return handles

    def _let_go(self, handles: int) -> None:
        self._held[self._login_id] -= handles
        if not self._held[self._login_id]:
            del self._held[self._login_id]


def not_open() -> Refused:
    return Refused(NOT_UNDERSTOOD, what="The handle is not open for that.")
