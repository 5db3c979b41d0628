"""A delivery: what one ticket brings. Bytes in order, until all of them are here; none of it is a submission."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from backend.contract.faults import INCOMPLETE_UPLOAD, TICKET_ENDED, TOO_LARGE, TOO_MANY_HANDLES, Refused
from backend.contract.messages import Channel, FileTicketFault, FileTicketProgress, TicketPurpose, TicketState
from backend.core.ports import Clock, Staging

KEPT_FOR: Final = timedelta(hours=1)
"""How long what arrived waits for its form."""


@dataclass(frozen=True, slots=True)
class Maker:
    """The session that made a ticket: it alone sees what comes."""

    session: bytes
    login_id: str
    channel: Channel
    source: str


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes may come, and by which folder's rule."""

    most: int
    folder: str

    def refuse_beyond(self, size: int) -> None:
        if size > self.most:
            raise Refused(TOO_LARGE, size=f"{size:,}", folder=self.folder, limit=f"{self.most:,}")


class Delivery:
    """From any thread. Once it has ended (refused, expired or used) nothing is taken any more, and nothing kept."""

    def __init__(
        self,
        digest: bytes,
        maker: Maker,
        purpose: TicketPurpose,
        expires: datetime,
        file_name: str | None,
        clock: Clock,
    ) -> None:
        self.id = secrets.token_hex(16)
        self.digest = digest
        """Of its ticket."""
        self.maker = maker
        self.purpose: TicketPurpose = purpose
        self.expires = expires
        self.file_name = file_name
        self.state: TicketState = "waiting"
        self.since = clock.now()
        """When it came to this state."""
        self._clock = clock
        self._room = Room(0, "")
        self._source: str | None = None
        self._expected: int | None = None
        self.received = 0
        self._line_feeds = 0
        self._last = b""
        self._running = hashlib.sha256()
        self._sha256: str | None = None
        self._staging: Staging | None = None
        self._fault: Refused | None = None
        self._lock = Lock()
        self._turn = Lock()
        self._next_turn = Lock()

    @property
    def open(self) -> bool:
        """Whether anything can still come of it but that somebody looks at it."""
        return self.state in {"waiting", "receiving"} or (self.state == "arrived" and self.kept)

    @property
    def kept(self) -> bool:
        """Whether the bytes themselves are wanted, and not only what they are."""
        return self.purpose != "compare"

    def progress(self) -> FileTicketProgress:
        state = self.state
        here = state in {"arrived", "used"}
        return FileTicketProgress(
            id=self.id,
            purpose=self.purpose,
            state=state,
            expires=self.expires,
            file_name=self.file_name,
            source=self._source,
            received=self.received,
            size=self.received if here else None,
            rows=self._line_feeds + (self._last not in {b"", b"\n"}) if here else None,
            sha256=self._sha256 if here else None,
            fault=_said(self._fault) if self._fault is not None else None,
        )

    # ── bytes on their way ───────────────────────────────────────────────────────────────────────────────────

    def begin(
        self,
        room: Room,
        source: str,
        stage: Callable[[], Staging] | None,
        *,
        size: int | None = None,
        file_name: str | None = None,
    ) -> None:
        """Uses the ticket, once: 4521 for the second who tries. Where `stage` refuses, it can be tried again.

        `size` and `file_name` where the channel can say them before.
        """
        with self._lock:
            if self.state != "waiting":
                raise Refused(TICKET_ENDED)
            self._staging = stage() if stage is not None else None
            self._room, self._source, self._expected = room, source, size
            self.file_name = file_name or self.file_name
            self._now("receiving")

    def write(self, data: bytes) -> None:
        """Takes the next bytes; 4511 beyond the room, which ends it. Raises why it ended where it has."""
        try:
            with self._lock:
                self._refuse_unless("receiving")
                self._room.refuse_beyond(self.received + len(data))
                self._take(data)
        except Refused as refused:
            self.end("refused", refused)
            raise

    def arrive(self) -> None:
        """The last byte was there; 4515 where that is not all that were said."""
        if self._expected not in {None, self.received}:
            raise self.cut()
        with self._lock:
            self._refuse_unless("receiving")
            self._sha256 = self._running.hexdigest() if self._staging is None else self._staging.sha256()
            self._now("arrived")

    def cut(self) -> Refused:
        """The line broke: the ticket is spent, and 4515 says what had come."""
        self.end("refused", self._missing())
        return self._fault or self._missing()

    # ── what has come ────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One reader at a time, in which nothing goes that is here; one more may wait, 5005 for a third."""
        if not self._next_turn.acquire(blocking=False):
            raise Refused(TOO_MANY_HANDLES)
        self._turn.acquire()
        self._next_turn.release()
        try:
            yield
        finally:
            self._turn.release()
            self._let_go()

    def staged(self) -> Staging:
        """The bytes, for whose turn it is; raises why there are none."""
        self._refuse_unless("arrived")
        if self._staging is None:
            raise Refused(TICKET_ENDED)
        return self._staging

    def end(self, state: TicketState, refused: Refused | None = None) -> None:
        """Ends it, unless it has ended, and keeps none of its bytes."""
        with self._lock:
            if self.open:
                self._fault = refused
                self._now(state)
        self._let_go()

    def expire(self, *, early: bool = False) -> None:
        """Ends it where its time is over; `early` whatever its time is."""
        waited = self.state == "waiting" and self._clock.now() >= self.expires
        if early or waited or (self.state == "arrived" and self._clock.now() >= self.since + KEPT_FOR):
            self.end("expired", Refused(TICKET_ENDED))

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, data: bytes) -> None:
        if self._staging is not None:
            self._staging.write(self.received, data)
        else:
            self._running.update(data)
        self._line_feeds += data.count(b"\n")
        self._last = data[-1:] or self._last
        self.received += len(data)

    def _refuse_unless(self, state: TicketState) -> None:
        if self.state == state:
            return
        if self.state in {"waiting", "receiving"}:
            raise self._missing()
        raise self._fault or Refused(TICKET_ENDED)

    def _missing(self) -> Refused:
        expected = "?" if self._expected is None else self._expected
        return Refused(INCOMPLETE_UPLOAD, received=self.received, expected=expected)

    def _now(self, state: TicketState) -> None:
        self.state, self.since = state, self._clock.now()

    def _let_go(self) -> None:
        """Removes the bytes of what has ended, unless somebody reads them, who does so afterwards."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            with self._lock:
                gone = None if self.open else self._staging
                self._staging = self._staging if self.open else None
            if gone is not None:
                gone.abandon()
        finally:
            self._turn.release()


def _said(refused: Refused) -> FileTicketFault:
    return FileTicketFault(
        number=refused.number,
        title=refused.title,
        what=refused.what,
        remedy=refused.remedy,
        values=refused.values,
    )
