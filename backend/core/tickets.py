"""One-time tickets: a file comes to the form that made one, from wherever its bytes are, and is submitted there."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Final, TypeVar

import structlog

from backend.contract.faults import (
    EXPLANATION_NEEDED,
    NOT_FOUND,
    SESSION_ENDED,
    TICKET_ENDED,
    TOO_MANY_HANDLES,
    Refused,
)
from backend.contract.messages import (
    Check,
    CheckRequest,
    FileTicket,
    FileTicketProgress,
    NewFileTicket,
    Receipt,
    TicketedFile,
    TicketedPublication,
    TicketedSubmission,
)
from backend.contract.rules.shown import shown
from backend.core.actor import Actor
from backend.core.claims import Claim, Upload
from backend.core.client_connect.sessions import SessionService
from backend.core.client_connect.source_limit import SourceLimit
from backend.core.delivery import Delivery, Maker
from backend.core.editions import Edition
from backend.core.ports import Clock, Store
from backend.core.publishing import Publishing
from backend.core.slots import Slots
from backend.core.submissions import Submissions
from backend.core.ticket_rooms import room_for

USED_WITHIN: Final = timedelta(minutes=10)
TOLD_FOR: Final = timedelta(hours=1)
"""How long it is told what became of a ticket."""
MOST_OPEN: Final = 8
MOST_REMEMBERED: Final = 32
"""Of one account; beyond the first, those that nobody has used give way, the oldest first."""
MOST_ARRIVED: Final = 128
MOST_IN_ALL: Final = 10_000
"""Whoever's: each that arrived is a descriptor; the others are but a few hundred bytes."""
LARGE: Final = 8 << 20
MOST_READ_OF_ACCOUNT: Final = 2
MOST_READ: Final = 8
"""Files of so many bytes that are judged at once, so that threads are left for everybody else."""
MOST_GUESSES: Final = 10
"""Wrong tickets in a minute from one source."""
_RANDOM_BYTES: Final = 10
"""16 characters of base32."""
_NAME_LENGTH: Final = 200
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Tickets:
    """In the memory of one process. A ticket is known by its digest alone, its delivery by an id."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        submissions: Submissions,
        publishing: Publishing,
        sessions: SessionService,
    ) -> None:
        self._store = store
        self._clock = clock
        self._submissions = submissions
        self._publishing = publishing
        self._sessions = sessions
        self._wrong = SourceLimit(clock, MOST_GUESSES)
        self._read = Slots(MOST_READ_OF_ACCOUNT, MOST_READ)
        self._deliveries: dict[str, Delivery] = {}
        """By id, the oldest first."""
        self._by_digest: dict[bytes, Delivery] = {}
        """The same by the digest of their ticket."""
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._deliveries)

    # ── whoever has a form ───────────────────────────────────────────────────────────────────────────────────

    def make(self, actor: Actor, wish: NewFileTicket) -> FileTicket:
        """One more ticket, for this session alone; 2000 and 2002 for whoever could do nothing with it."""
        if actor.session is None:
            raise Refused(SESSION_ENDED)
        room = room_for(self._store, actor, wish.purpose)
        maker = Maker(actor.session, actor.login_id, actor.channel, actor.source)
        ticket, expires = b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode(), self._clock.now() + USED_WITHIN
        name = shown(wish.file_name, _NAME_LENGTH) if wish.file_name else None
        delivery = Delivery(_digest(ticket), maker, wish.purpose, expires, name, self._clock)
        self._forget_old()
        with self._lock:
            self._make_way(actor.login_id)
            self._deliveries[delivery.id] = self._by_digest[delivery.digest] = delivery
        return FileTicket(id=delivery.id, ticket=ticket, expires=expires, most=room.most)

    def progress(self, actor: Actor, ticket_id: str) -> FileTicketProgress:
        return self._own(actor, ticket_id).progress()

    def check(self, actor: Actor, ticket_id: str, file: TicketedFile) -> Check:
        """The verdict that submitting what arrived would get, its content included; without a trace."""
        delivery = self._own(actor, ticket_id)
        with self._turn(delivery):
            staging = delivery.staged()
            request = CheckRequest(**file.model_dump(), size=staging.size, sha256=staging.sha256())
            return self._submissions.check(actor, request, staging)

    def submit(self, actor: Actor, ticket_id: str, wish: TicketedSubmission) -> Receipt:
        """Submits what arrived as what the form says now. An id that has an outcome gets it again."""
        delivery = self._own(actor, ticket_id)
        with self._turn(delivery):
            receipt = self._submissions.outcome(actor, wish.submission)
            if receipt is not None:
                return receipt
            staging = delivery.staged()
            claim = Claim(**wish.model_dump(), size=staging.size, sha256=staging.sha256())
            begun = self._submissions.begin(actor, claim, staging)
            return begun if isinstance(begun, Receipt) else self._finished(actor, delivery, begun)

    def publish(self, actor: Actor, ticket_id: str, wish: TicketedPublication) -> Edition:
        """Publishes what arrived, as the form says now; 2002 for whoever may not, and then it is kept."""
        delivery = self._own(actor, ticket_id)
        with self._turn(delivery):
            upload = self._publishing.begin(actor, wish.folder, wish.to, wish.file_name, delivery.staged())
            return self._ending(
                delivery, lambda: self._publishing.finish(actor, upload, upload.staging.size, notice=wish.notice)
            )

    def drop(self, actor: Actor, ticket_id: str) -> None:
        """Nothing is taken for it any more, nothing kept of it, and nothing told."""
        delivery = self._own(actor, ticket_id)
        with self._lock:
            self._forget(delivery)
        delivery.expire(early=True)

    # ── whoever has a ticket ─────────────────────────────────────────────────────────────────────────────────

    def refuse_dead(self, ticket: str, source: str) -> Delivery:
        """What a ticket waits for; 4521 unless it does, 1007 where this source has guessed too often."""
        self._wrong.refuse_full(source)
        delivery = self._by_digest.get(_digest(ticket))
        if delivery is not None:
            delivery.expire()
        if delivery is None or delivery.state != "waiting":
            self._wrong.refuse_beyond(source)
            _log.warning("a ticket was refused", source=source, known=delivery is not None)
            raise Refused(TICKET_ENDED)
        return delivery

    def begin(self, ticket: str, source: str, *, size: int | None = None, file_name: str | None = None) -> Delivery:
        """Uses a ticket: its delivery takes the bytes from here on. `size` where the channel can say it before.

        Its session has to be open and its account to have the same rights still: else it has ended.
        """
        delivery = self.refuse_dead(ticket, source)
        maker, name = delivery.maker, shown(file_name, _NAME_LENGTH) if file_name else None
        try:
            actor = self._sessions.standing(maker.session, maker.channel, maker.source, background=False)
            room = room_for(self._store, actor, delivery.purpose)
            room.refuse_beyond(size or 0)
        except Refused as refused:
            delivery.end("refused", refused)
            raise
        stage = partial(self._submissions.stagings.open, maker.login_id, size or 0)
        delivery.begin(room, source, stage if delivery.kept else None, size=size, file_name=name)
        return delivery

    def arrive(self, delivery: Delivery) -> FileTicketProgress:
        """All its bytes are here; where too many wait for their forms, somebody's oldest give way."""
        delivery.arrive()
        self._thin()
        progress = delivery.progress()
        login_id, source, size = delivery.maker.login_id, progress.source, progress.size
        _log.info("a file came by ticket", login_id=login_id, source=source, size=size, purpose=delivery.purpose)
        return progress

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────

    def expire(self) -> None:
        """Ends what has waited for too long, and whatever came to a session that is over."""
        self._forget_old()
        standing: dict[Maker, Refused | None] = {}
        for delivery in self._all():
            if not delivery.open or delivery.state == "waiting":
                continue
            maker = delivery.maker
            if maker not in standing:
                standing[maker] = self._ended(maker)
            if (over := standing[maker]) is not None:
                delivery.end("refused", over)

    def close(self) -> None:
        for delivery in self._all():
            delivery.expire(early=True)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _own(self, actor: Actor, ticket_id: str) -> Delivery:
        delivery = self._deliveries.get(ticket_id)
        if delivery is None or actor.session is None or delivery.maker.session != actor.session:
            raise Refused(NOT_FOUND)
        delivery.expire()
        return delivery

    @contextmanager
    def _turn(self, delivery: Delivery) -> Iterator[None]:
        """The delivery's; of large files the account's, and everybody's, 5005 where those are taken."""
        with delivery.turn():
            if delivery.received < LARGE:
                yield
                return
            self._read.take(delivery.maker.login_id)
            try:
                yield
            finally:
                self._read.give_back(delivery.maker.login_id)

    def _finished(self, actor: Actor, delivery: Delivery, upload: Upload) -> Receipt:
        """From here on the ticket has ended, whatever comes of it but that an explanation is needed."""
        return self._ending(delivery, lambda: self._submissions.finish(actor, upload))

    def _ending(self, delivery: Delivery, work: Callable[[], T]) -> T:
        try:
            done = work()
        except Refused as refused:
            if refused.fault is not EXPLANATION_NEEDED:
                delivery.end("refused", refused)
            raise
        except BaseException:
            delivery.expire(early=True)
            raise
        delivery.end("used")
        return done

    def _ended(self, maker: Maker) -> Refused | None:
        try:
            self._sessions.standing(maker.session, maker.channel, maker.source, background=True)
        except Refused as refused:
            return refused
        return None

    def _all(self) -> list[Delivery]:
        with self._lock:
            return list(self._deliveries.values())

    def _make_way(self, login_id: str) -> None:
        mine = [one for one in self._deliveries.values() if one.maker.login_id == login_id]
        unused = [one for one in mine if one.state == "waiting"]
        if sum(one.open for one in mine) >= MOST_OPEN:
            if not unused:
                raise Refused(TOO_MANY_HANDLES)
            unused[0].expire(early=True)
        if len(mine) >= MOST_REMEMBERED:
            self._forget(next(one for one in mine if not one.open))
        if len(self._deliveries) >= MOST_IN_ALL:
            raise Refused(TOO_MANY_HANDLES)

    def _thin(self) -> None:
        while len(arrived := [one for one in self._all() if one.open and one.state == "arrived"]) > MOST_ARRIVED:
            whose = Counter(one.maker.login_id for one in arrived).most_common(1)[0][0]
            oldest = min((one for one in arrived if one.maker.login_id == whose), key=lambda one: one.since)
            oldest.expire(early=True)

    def _forget_old(self) -> None:
        before = self._clock.now() - TOLD_FOR
        for delivery in self._all():
            delivery.expire()
            if not delivery.open and delivery.since <= before:
                with self._lock:
                    self._forget(delivery)

    def _forget(self, delivery: Delivery) -> None:
        self._deliveries.pop(delivery.id, None)
        self._by_digest.pop(delivery.digest, None)


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.upper().encode("utf-8", "surrogatepass")).digest()
