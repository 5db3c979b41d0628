"""The audit trail: the log read by people, each as far as they may see, and given out whole to the operator's staff."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import LogEntry, LogExport, LogFilter, LogLeaves, LogLine, LogPage, NewExport, Proof
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity import LARGEST_PAGE, Ledger
from backend.core.activity_row import ActivityRow
from backend.core.actor import Actor, LogScope
from backend.core.calendar import Calendar
from backend.core.checkpoints import Checkpoints
from backend.core.client_connect.acts import called, shown_act
from backend.core.gate import log_scope, refuse_outside_staff
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

EXPORTED: Final = "exported"
"""The log, or a part of it, went out: `object` says which."""
WHOLE: Final = "whole"
_AN_HOUR: Final = timedelta(hours=1)
"""So long an export may be read for."""


class AuditTrail:
    """Reads alone; an export is recorded before its first byte."""

    def __init__(
        self, store: Store, clock: Clock, calendar: Calendar, ledger: Ledger, checkpoints: Checkpoints, key: bytes
    ) -> None:
        self._store = store
        self._clock = clock
        self._calendar = calendar
        self._ledger = ledger
        self._checkpoints = checkpoints
        self._marks = PageMarks(key)

    def page(self, actor: Actor, wanted: LogFilter, cursor: str | None, limit: int) -> LogPage:
        """One page, newest first. Raises 9002 for a cursor of another filter or person."""
        limit = max(1, min(limit, LARGEST_PAGE))
        scope = log_scope(actor)
        bound = "audit", wanted.model_dump_json(), repr(scope)
        before = self._marks.opened(cursor, *bound) if cursor is not None else None
        days = self._calendar.days(wanted.from_date, wanted.to_date)
        with self._store.reading() as rows:
            found = rows.trail(wanted, scope, days, before, limit + 1, called(wanted.text or ""))
            lines = _lines(rows, found[:limit], scope)
            size = rows.head().size
        more = len(found) > limit
        return LogPage(
            size=size, entries=lines, cursor=self._marks.sealed(found[limit - 1].log_index, *bound) if more else None
        )

    def one(self, actor: Actor, log_index: int) -> LogEntry:
        """2001 if it is not there, or not the actor's to see."""
        scope = log_scope(actor)
        with self._store.reading() as rows:
            row = self._seen(rows, scope, log_index)
            (line,) = _lines(rows, [row], scope)
        text = row.text()
        return LogEntry(
            line=line,
            text=text,
            leaf_hash=leaf_hash(text).hex(),
            note=row.note,
            erased=tuple(sorted(row.erased)),
        )

    def proof(self, actor: Actor, log_index: int) -> Proof:
        """That the log has it; 2001 as above."""
        with self._store.reading() as rows:
            row = self._seen(rows, log_scope(actor), log_index)
        return self._checkpoints.proof_of(row)

    def export(self, actor: Actor, what: NewExport) -> LogExport:
        """Records that the log goes out; the whole of it to the operator's staff alone."""
        log_scope(actor)
        if what.whole:
            refuse_outside_staff(actor)
        asked = what.wanted.model_dump_json(exclude_none=True)
        told = {"company": actor.company, "login_id": actor.login_id, "source": actor.source}
        told |= {"object": WHOLE if what.whole else asked}

        def unit(unit: Unit) -> LogExport:
            row = self._ledger.record(unit, EXPORTED, self._clock.now(), actor.channel, **told)
            return LogExport(log_index=row.log_index, size=row.log_index + 1)

        return self._store.write(unit)

    def leaves(self, actor: Actor, export: int, start: int, limit: int) -> LogLeaves:
        """Of an export that the actor began within the hour; 2001 for another one, 2002 but for the staff."""
        refuse_outside_staff(actor)
        with self._store.reading() as rows:
            begun = rows.activity(export)
            theirs = begun is not None and (begun.act, begun.object) == (EXPORTED, WHOLE)
            if begun is None or not theirs or begun.login_id != actor.login_id:
                raise Refused(NOT_FOUND)
            if begun.at < self._clock.now() - _AN_HOUR:
                raise Refused(NOT_FOUND)
            page = rows.entries(start, min(limit, LARGEST_PAGE))
        return LogLeaves(start=start, texts=tuple(row.text() for row in page))

    def _seen(self, rows: Rows, scope: LogScope, log_index: int) -> ActivityRow:
        row = rows.activity(log_index)
        if row is None or not scope.sees(row.company, row.login_id, row.subject):
            raise Refused(NOT_FOUND)
        return row


def _lines(rows: Rows, found: list[ActivityRow], scope: LogScope) -> tuple[LogLine, ...]:
    theirs = {who: _of_company(rows, who, scope) for who in {row.login_id for row in found} if who is not None}
    return tuple(_line(row, with_source=scope.everything or theirs.get(row.login_id or "", False)) for row in found)


def _of_company(rows: Rows, login_id: str, scope: LogScope) -> bool:
    """Whether it is one of their own whose address that is: the staff's is not for everybody."""
    account = rows.account(login_id)
    return account is not None and account.company is not None and account.company == scope.company


def _line(row: ActivityRow, *, with_source: bool) -> LogLine:
    told = shown_act(row, with_source=with_source)
    title = f"{told.words} (fault {row.fault})" if row.fault is not None else told.words
    subject = row.file_name or row.subject or row.folder
    words = [row.login_id or "The server", ": ", title]
    words += [f", {subject}"] if subject else []
    words += [f" in {row.folder}"] if row.folder and row.folder != subject else []
    words += [f" for {row.identity_code}"] if row.identity_code else []
    words += [f", {row.size:,} bytes, SHA-256 {row.sha256}"] if row.sha256 and row.size is not None else []
    words += [f". “{row.note}”"] if row.note else []
    return LogLine(
        log_index=row.log_index,
        at=row.at,
        act=row.act,
        title=title,
        login_id=row.login_id,
        subject=subject,
        company=row.company,
        folder=row.folder,
        channel=row.channel,
        source=told.source,
        summary="".join(words),
    )
