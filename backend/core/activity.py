"""Activity: the one place where acts are recorded, and Activity Enquiry over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from backend.contract.faults import FAULTS, NOT_FOUND, Refused, refusal
from backend.contract.messages import Activity, ActivityFilter, ActivityPage, Receipt, State
from backend.contract.rules import sshsig
from backend.contract.rules.details import details_hash, salts_for
from backend.contract.rules.merkle import Node
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity_row import (
    ACCEPTED,
    COLLECTED,
    EXPLAINED,
    FETCHED,
    FILE_ACTS,
    PUBLISHED,
    REFUSED,
    REPLAYED,
    RETURNED,
    WITHDRAWN,
    ActivityRow,
)
from backend.core.actor import Actor, Scope
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue
from backend.core.continuity import Continuity
from backend.core.gate import activity_scope
from backend.core.page_marks import PageMarks
from backend.core.ports import Store
from backend.core.rows import Rows, Unit
from backend.core.signing import Signing

MOST_COUNTED: Final = 1000
LARGEST_PAGE: Final = 500


class Ledger:
    """Every act leaves one row, through `record`, in the unit that does it; receipts are signed there."""

    def __init__(self, origin: str, signing: Signing | None = None, continuity: Continuity | None = None) -> None:
        self.origin = origin
        self._signing = signing
        self._continuity = continuity

    def record(self, unit: Unit, act: str, at: datetime, channel: str, **facts: Any) -> ActivityRow:
        """Appends the act to the log and returns its row."""
        return self.record_all(unit, act, at, channel, [facts])[0]

    def record_all(
        self, unit: Unit, act: str, at: datetime, channel: str, each: Iterable[Mapping[str, Any]]
    ) -> list[ActivityRow]:
        """The same act on several things, one row each, in this order."""
        rows: list[ActivityRow] = []
        leaves: list[bytes] = []
        completed: list[Node] = []
        head = unit.head()
        for facts in each:
            if self._continuity is not None:
                self._continuity.refuse(act, facts.get("kind"))
            beside = salts_for(facts)
            told: dict[str, Any] = {**facts, "details": details_hash(facts, beside), "personal": beside}
            row = ActivityRow(self.origin, head.size, act, milliseconds(at), channel, **told)
            text = row.text()
            leaves.append(leaf_hash(text))
            head, nodes = head.grown(leaves[-1])
            completed += nodes
            rows.append(self._signed(unit, row, text))
        unit.append(rows, leaves, completed, head)
        return rows

    def _signed(self, unit: Unit, row: ActivityRow, text: str) -> ActivityRow:
        if self._signing is None or row.act != ACCEPTED:
            return row
        signing = self._signing
        signing.refuse_ended(unit)
        return replace(row, signed_by=signing.key, signer=signing.signer.public_key, signature=signing.of_receipt(text))


class ActivityEnquiry:
    """Activity Enquiry: what was submitted, by whom, and its SHA-256 (FAQ Q26)."""

    def __init__(self, store: Store, calendar: Calendar, cursor_key: bytes) -> None:
        self._store = store
        self._calendar = calendar
        self._marks = PageMarks(cursor_key)

    def page(self, actor: Actor, wanted: ActivityFilter, cursor: str | None, limit: int) -> ActivityPage:
        """One page, newest first. Raises 9002 for a cursor of another filter or company."""
        limit = max(1, min(limit, LARGEST_PAGE))
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            scope = activity_scope(actor, catalogue)
            bound = wanted.model_dump_json(), repr(scope)
            before = self._marks.opened(cursor, *bound) if cursor is not None else None
            days = self._calendar.days(wanted.from_date, wanted.to_date)
            found = rows.activities(wanted, scope, days, before, limit + 1)
            total = rows.count_activities(wanted, scope, days, MOST_COUNTED + 1)
        more = len(found) > limit
        return ActivityPage(
            items=tuple(shown_activity(row, catalogue) for row in found[:limit]),
            cursor=self._marks.sealed(found[limit - 1].log_index, *bound) if more else None,
            total=min(total, MOST_COUNTED),
            total_is_more=total > MOST_COUNTED,
        )

    def one(self, actor: Actor, log_index: int) -> Receipt:
        """One activity and the text of its leaf; 2001 if it is not there or not yours to see."""
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            row = seen_file(rows, actor, catalogue, log_index)
            done = rows.counter_receipts(row.log_index) if row.act == ACCEPTED else []
            said = rows.explanations(row.log_index) if row.findings else []
            receipt = receipt_of(row, catalogue)
        after = {"counter_receipts": done, "explanations": said}
        shown = {name: tuple(shown_activity(one, catalogue) for one in found) for name, found in after.items()}
        return receipt.model_copy(update=shown)


def seen_file(rows: Rows, actor: Actor, catalogue: Catalogue, log_index: int) -> ActivityRow:
    """The act on a file, or 2001 if it is not there or not the actor's to see."""
    row = rows.activity(log_index)
    if row is None or row.act not in FILE_ACTS or not _within(row, activity_scope(actor, catalogue)):
        raise Refused(NOT_FOUND)
    return row


def milliseconds(instant: datetime) -> datetime:
    """The instant as the ledger keeps it."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def receipt_of(row: ActivityRow, catalogue: Catalogue, replayed: bool = False) -> Receipt:
    text = row.text()
    return Receipt(
        activity=shown_activity(row, catalogue),
        receipt=text,
        leaf_hash=leaf_hash(text).hex(),
        signature=signature_of(row),
        signed_by=fingerprint_of(sshsig.blob_of(row.signer)) if row.signer is not None else "",
        replayed=replayed,
    )


def signature_of(row: ActivityRow) -> str:
    """Of its receipt, as a file; empty where none was made."""
    if row.signer is None or row.signature is None:
        return ""
    return sshsig.armour(sshsig.blob_of(row.signer), sshsig.RECEIPTS, row.signature)


def refusal_of(row: ActivityRow) -> Refused:
    """The refusal that a refused row records."""
    return refusal(row.fault or 0, row.fault_values)


def shown_activity(row: ActivityRow, catalogue: Catalogue) -> Activity:
    """The row in the words of Activity Enquiry."""
    facts: dict[str, object] = {name: getattr(row, name) for name in _SHARED}
    if row.fault is not None and row.fault in FAULTS:
        refused = refusal_of(row)
        facts |= {"fault_title": refused.title, "fault_what": refused.what, "fault_remedy": refused.remedy}
        facts |= {"fault_findings": refused.findings}
    folder = catalogue.folders.get(row.folder or "")
    facts["late"] = row.late
    facts |= {"state": state_of(row), "folder_title": folder.title if folder else None}
    if row.act in (ACCEPTED, EXPLAINED):
        facts["explanation"] = row.explanation or row.note
    else:
        facts["reason"] = row.note
    return Activity.model_validate(facts)


def state_of(row: ActivityRow) -> State:
    if row.superseded_by is not None:
        return "superseded" if row.ended is None else _STATES[row.ended]
    if row.act == ACCEPTED:
        return "accepted" if row.collected is None else "collected"
    return _STATES[row.act]


def _within(row: ActivityRow, scope: Scope) -> bool:
    mine = scope.company is None or row.company == scope.company
    return mine and (scope.folders is None or row.folder in scope.folders)


_STATES: Final[dict[str, State]] = {
    REFUSED: "refused",
    PUBLISHED: "published",
    WITHDRAWN: "withdrawn",
    FETCHED: "fetched",
    COLLECTED: "collected",
    REPLAYED: "replayed",
    RETURNED: "returned",
    EXPLAINED: "explained",
}
_SHARED: Final = tuple(name for name in Activity.model_fields if name in ActivityRow.__dataclass_fields__)
