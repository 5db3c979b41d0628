"""The inbox: what stands to be collected, and giving it back, taking it out, or having it collected once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from backend.contract.faults import NOT_STANDING, Refused
from backend.contract.messages import InboxFilter, InboxFolder, InboxItem, InboxPage, Receipt
from backend.contract.rules.companions import companion_of
from backend.contract.rules.shown import shown
from backend.core.activity import Ledger, receipt_of, shown_activity
from backend.core.activity_row import REPLAYED, RETURNED, WITHDRAWN, ActivityRow
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.collecting import LONGEST_REASON, refuse_gone, submission_of
from backend.core.gate import refuse_expired, refuse_outside_inbox, refuse_to_handle
from backend.core.inbox_notices import InboxNotices
from backend.core.incoming import Stretch
from backend.core.page_marks import PageMarks
from backend.core.ports import Clock, Store
from backend.core.rows import Rows, Unit

MOST_COUNTED: Final = 1000
LARGEST_PAGE: Final = 500
_TOLD: Final = ("company", "folder", "identity_code", "input_date", "file_name", "size", "sha256", "version")


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the inbox, and how its page marks tell it from the others."""

    number: int
    stretch: Stretch


class Inbox:
    """Operators act and auditors look; for everybody else there is nothing (2001).

    Each act has exactly one outcome, whatever comes at the same time: it is done to what stands at its commit, or 4523.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ledger: Ledger,
        notices: InboxNotices,
        current_actor: Callable[[Rows, Actor], Actor],
        cursor_key: bytes,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._notices = notices
        self._current_actor = current_actor
        self._marks = PageMarks(cursor_key)

    # ── what is there ────────────────────────────────────────────────────────────────────────────────────────

    def page(self, actor: Actor, wanted: InboxFilter, cursor: str | None, limit: int) -> InboxPage:
        """One page; 9002 for a cursor of another list."""
        refuse_expired(actor, self._clock.now())
        refuse_outside_inbox(actor)
        limit = max(1, min(limit, LARGEST_PAGE))
        bound = "inbox", wanted.model_dump_json()
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            parts = list(_parts(catalogue, wanted))
            first, before = self._opened(cursor, *bound) if cursor is not None else (0, None)
            found: list[tuple[_Part, ActivityRow]] = []
            for part in parts:
                if part.number >= first and len(found) <= limit:
                    after = before if part.number == first else None
                    rest = rows.stretch(part.stretch, after, limit + 1 - len(found))
                    found += [(part, row) for row in rest]
            items = _items(rows, catalogue, [row for _, row in found[:limit]])
            return InboxPage(
                items=tuple(items),
                cursor=self._sealed(*found[limit - 1], *bound) if len(found) > limit else None,
                folders=tuple(_counted(rows, folder) for folder in _folders(catalogue)),
            )

    # ── what is done ─────────────────────────────────────────────────────────────────────────────────────────

    def replay(self, actor: Actor, log_index: int, reason: str) -> Receipt:
        """It waits once more: whoever collects next takes it again. 4523 where nobody had collected it."""

        def unit(unit: Unit) -> Receipt:
            who, row = self._handled(unit, actor, log_index)
            if row.collected is None:
                raise Refused(NOT_STANDING, what="Nobody has collected this version: it still waits in the inbox.")
            unit.collect_again(row.log_index, REPLAYED)
            return self._recorded(unit, who, REPLAYED, row, reason)

        return self._store.write(unit)

    def withdraw(self, actor: Actor, log_index: int, reason: str) -> Receipt:
        """It stands no more, and is due again. 4523 where that version does not stand."""
        return self._ended(actor, log_index, WITHDRAWN, reason)

    def give_back(self, actor: Actor, log_index: int, reason: str) -> Receipt:
        """As `withdraw`, and its submitter is asked to submit it again."""
        return self._ended(actor, log_index, RETURNED, reason)

    def _ended(self, actor: Actor, log_index: int, act: str, reason: str) -> Receipt:
        def unit(unit: Unit) -> Receipt:
            who, row = self._handled(unit, actor, log_index)
            receipt = self._end(unit, who, act, row, reason)
            for companion in _companions(unit, row):
                self._end(unit, who, act, companion, reason)
            self._notices.ended(unit, row, act, shown(reason, LONGEST_REASON), self._clock.now())
            return receipt

        return self._store.write(unit)

    def _end(self, unit: Unit, actor: Actor, act: str, row: ActivityRow, reason: str) -> Receipt:
        unit.supersede(row.log_index, by=unit.head().size, ended=act)
        return self._recorded(unit, actor, act, row, reason)

    def _recorded(self, unit: Unit, actor: Actor, act: str, row: ActivityRow, reason: str) -> Receipt:
        facts = {name: getattr(row, name) for name in _TOLD} | {"login_id": actor.login_id, "source": actor.source}
        facts |= {"subject": str(row.log_index), "note": shown(reason, LONGEST_REASON)}
        recorded = self._ledger.record(unit, act, self._clock.now(), actor.channel, **facts)
        return receipt_of(recorded, unit.catalogue())

    def _handled(self, unit: Unit, actor: Actor, log_index: int) -> tuple[Actor, ActivityRow]:
        """Who acts, as of now, and what they act on: a submission that stands."""
        refuse_expired(actor, self._clock.now())
        now_actor = self._current_actor(unit, actor)
        refuse_to_handle(now_actor)
        row = submission_of(unit, log_index)
        refuse_gone(unit, row)
        return now_actor, row

    # ── page marks ───────────────────────────────────────────────────────────────────────────────────────────

    def _sealed(self, part: _Part, row: ActivityRow, *bound: str) -> str:
        place = row.collected if part.stretch.collected else row.log_index
        return f"{part.number}.{self._marks.sealed(place or 0, str(part.number), *bound)}"

    def _opened(self, cursor: str, *bound: str) -> tuple[int, int]:
        number, _, mark = cursor.partition(".")
        before = self._marks.opened(mark, number, *bound)
        return int(number), before


def _parts(catalogue: Catalogue, wanted: InboxFilter) -> Iterator[_Part]:
    """Folder by folder, what waits before what was collected."""
    number = 0
    for folder in (one.code for one in _folders(catalogue)):
        base = Stretch(folder, False, wanted.identity_code, wanted.input_date, wanted.state == "again")
        for collected in (False, True):
            asked = wanted.state == "all" or (wanted.state == "collected") == collected
            if asked and wanted.folder in (None, folder):
                yield _Part(number, replace(base, collected=collected))
            number += 1


def _folders(catalogue: Catalogue) -> list[FolderRule]:
    return [folder for folder in catalogue.folders.values() if folder.direction == "submission"]


def _items(rows: Rows, catalogue: Catalogue, found: list[ActivityRow]) -> Iterator[InboxItem]:
    by = rows.entries_at([row.collected for row in found if row.collected is not None])
    for row in found:
        act = by.get(row.collected) if row.collected is not None else None
        yield InboxItem.model_validate(
            {
                "activity": shown_activity(row, catalogue),
                "collected_at": act.at if act else None,
                "collected_by": act.login_id if act else None,
                "again": row.again,
            }
        )


def _counted(rows: Rows, folder: FolderRule) -> InboxFolder:
    waits = Stretch(folder.code, False)
    waiting = rows.count_stretch(waits, MOST_COUNTED)
    again = rows.count_stretch(replace(waits, again=True), MOST_COUNTED) if waiting else 0
    return InboxFolder(folder=folder.code, title=folder.title, waiting=waiting, again=again)


def _companions(rows: Rows, row: ActivityRow) -> Iterator[ActivityRow]:
    """What says that this file has come whole: it does not stand without it."""
    folder = rows.catalogue().folders.get(row.folder or "")
    if folder is None or row.input_date is None or companion_of(row.file_name or "", folder.companions):
        return
    for ending in folder.companions:
        named = rows.current(folder.code, row.identity_code or "", row.input_date, f"{row.file_name}{ending}")
        if named is not None:
            yield named
