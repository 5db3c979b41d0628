"""Submission: accepted means durable bytes, one activity row and its receipt, exactly once; otherwise none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, NoReturn

from backend.contract.faults import EXPLANATION_NEEDED, UNKNOWN_FOLDER, Refused
from backend.contract.messages import Check, CheckRequest, Receipt
from backend.contract.rules.companions import companion_of, refuse_alone
from backend.contract.rules.expectations import refuse_unexplained
from backend.contract.rules.file_names import agree
from backend.contract.rules.shown import shown
from backend.core.accounts import Identity
from backend.core.activity import Ledger, receipt_of, refusal_of, shown_activity
from backend.core.activity_row import ACCEPTED, COLLECTED, FIRST_COUNTS, REFUSED, REPEATED, ActivityRow
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.claims import Claim, Judged, Upload, facts_of, refuse_identity, refuse_size, refuse_staged
from backend.core.explaining import explained
from backend.core.gate import folder_for, refuse_expired
from backend.core.keeping import Keeping, Standing
from backend.core.migration import as_of, switch_due
from backend.core.ports import Clock, Staging, Store, Vault
from backend.core.refusing import VERDICTS, Refusals
from backend.core.rows import Rows, Unit
from backend.core.stagings import Stagings

_ASKED: Final = ("console", "http")
"""Channels on which an explanation can be asked for; by all others a file is accepted without one."""


class Submissions:
    """Check, begin, finish. The same submission id always has the same outcome, but for refusals only counted."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        calendar: Calendar,
        ledger: Ledger,
        current_actor: Callable[[Rows, Actor], Actor],
        taking: Callable[[], bool] = lambda: True,
        resubmitted: Callable[[Unit, ActivityRow, datetime], None] = lambda unit, row, now: None,
    ) -> None:
        """`resubmitted` hears of a version that came after another one had been collected."""
        self._store = store
        self._keeping = Keeping(store, vault, taking)
        self.stagings = Stagings(vault)
        self._clock = clock
        self._calendar = calendar
        self._ledger = ledger
        self._refusals = Refusals(store, clock, ledger)
        self._current_actor = current_actor
        self._resubmitted = resubmitted

    def check(self, actor: Actor, request: CheckRequest, staging: Staging | None = None) -> Check:
        """The verdict an upload would get, without one and without a trace; with a `staging`, of its content too."""
        claim = Claim("", **request.model_dump(include=_CLAIMED))
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            folder, identities = self._folder(actor, catalogue, claim.folder)
            self._refuse_rules(rows, actor, as_of(rows, folder, self._clock.now()), identities, claim)
            calendar = self._calendar.with_(rows.decided())
            current = rows.current(claim.folder, claim.identity_code, claim.input_date, claim.file_name)
        content = folder.content_of(claim.file_name)
        found = refuse_staged(staging, content, claim.input_date) if staging is not None and content is not None else ()
        return Check(
            **{name: getattr(claim, name) for name in ("folder", "identity_code", "input_date", "file_name")},
            replaces=shown_activity(current, catalogue) if current else None,
            unchanged=current is not None and current.sha256 == claim.sha256,
            cut_off=folder.cut_off_of(claim.input_date, calendar, claim.identity_code),
            findings=found,
        )

    def begin(self, actor: Actor, claim: Claim, staging: Staging | None = None) -> Upload | Receipt:
        """Opens an upload, or returns the receipt this submission id got before; refuses all it can already see.

        With a `staging` the upload goes on with what is in it.
        """
        self._keeping.refuse_closed()
        with self._store.reading() as rows:
            catalogue = rows.catalogue()
            folder, identities = self._folder(actor, catalogue, claim.folder)
            receipt = self._answered(rows, actor, claim.submission, catalogue)
            folder = as_of(rows, folder, self._clock.now())
            wrong = None if receipt else self._wrong(rows, actor, folder, identities, claim)
        if receipt is not None:
            return receipt
        if wrong is not None:
            self._refusals.refuse(actor, claim, wrong)
        if staging is None:
            staging = self.stagings.open(actor.login_id, claim.size or 0)
        limit, content = folder.limit_of(claim.file_name), folder.content_of(claim.file_name)
        return Upload(claim, staging, self._clock.now(), limit, content)

    def outcome(self, actor: Actor, submission: str) -> Receipt | None:
        """The receipt a submission id of the actor's got, or its refusal; `None` where nothing has come of it."""
        with self._store.reading() as rows:
            return self._answered(rows, actor, submission, rows.catalogue())

    def finish(self, actor: Actor, upload: Upload) -> Receipt:
        """Accepts the upload: its bytes become durable, then one unit makes it stand; only then it returns.

        After a 4524 they stay staged: with an explanation the same upload can be finished.
        """
        try:
            judged = self._judged(actor, upload)
            self._refuse_unexplained(actor, upload.claim, judged)
        except BaseException as error:
            if not isinstance(error, Refused) or error.fault is not EXPLANATION_NEEDED:
                upload.staging.abandon()
            raise
        stands = self._keeping.keep(upload.staging, lambda unit, key: self._accept(unit, actor, upload, judged, key))
        return receipt_of(stands.row, stands.catalogue, stands.replayed)

    def give_up(self, actor: Actor, upload: Upload, refused: Refused, *, final: bool = False) -> NoReturn:
        """Ends an upload refused while its bytes arrived; a verdict on the file is said in Activity Enquiry.

        `final` makes any refusal a verdict: the channel will not try this submission id again.
        """
        upload.staging.abandon()
        if refused.fault not in VERDICTS and not final:
            raise refused
        self._refusals.refuse(actor, upload.claim, refused)

    # ── the rules ────────────────────────────────────────────────────────────────────────────────────────────

    def _folder(self, actor: Actor, catalogue: Catalogue, code: str) -> tuple[FolderRule, tuple[Identity, ...]]:
        """The gate: a submission folder of the actor's, with the identities they submit for."""
        refuse_expired(actor, self._clock.now())
        folder, identities = folder_for(actor, catalogue, code)
        if folder.direction != "submission":
            raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
        return folder, identities

    def _wrong(
        self,
        rows: Rows,
        actor: Actor,
        folder: FolderRule,
        identities: tuple[Identity, ...],
        claim: Claim,
        started: datetime | None = None,
    ) -> Refused | None:
        try:
            self._refuse_rules(rows, actor, folder, identities, claim, started)
        except Refused as refused:
            return refused
        return None

    def _refuse_rules(
        self,
        rows: Rows,
        actor: Actor,
        folder: FolderRule,
        identities: tuple[Identity, ...],
        claim: Claim,
        started: datetime | None = None,
    ) -> None:
        folder.refuse_elsewhere(actor.channel)
        refuse_identity(folder, identities, claim)
        agree(folder.code, folder.names, claim.file_name, claim.identity_code, claim.input_date)
        calendar = self._calendar.with_(rows.decided())
        folder.refuse_outside(claim.input_date, self._clock.now(), calendar, claim.identity_code, started)
        if claim.size is not None:
            refuse_size(claim, claim.size, folder.limit_of(claim.file_name))
        goes_with = companion_of(claim.file_name, folder.companions)
        if goes_with and not rows.current(claim.folder, claim.identity_code, claim.input_date, goes_with):
            refuse_alone(claim.file_name, goes_with)

    def _judged(self, actor: Actor, upload: Upload) -> Judged:
        try:
            return upload.judged()
        except Refused as refused:
            if refused.fault in VERDICTS:
                self._refusals.refuse(actor, upload.claim, refused)
            raise

    def _refuse_unexplained(self, actor: Actor, claim: Claim, judged: Judged) -> None:
        """4524 where somebody can be asked who has not said why; not for the very bytes that stand already."""
        if not judged.findings or claim.explanation is not None or actor.channel not in _ASKED:
            return
        with self._store.reading() as rows:
            current = rows.current(claim.folder, claim.identity_code, claim.input_date, claim.file_name)
        if current is None or current.sha256 != judged.sha256:
            refuse_unexplained(judged.findings)

    # ── the units ────────────────────────────────────────────────────────────────────────────────────────────

    def _accept(self, unit: Unit, actor: Actor, upload: Upload, judged: Judged, key: str) -> Standing | Refused:
        claim, now = upload.claim, self._clock.now()
        switch_due(unit, self._ledger, now)
        catalogue = unit.catalogue()
        earlier = unit.outcome(actor.login_id, claim.submission)
        if earlier is not None and earlier.object_key == key:
            return Standing(earlier, catalogue)  # this very unit, whose commit stood although its answer was lost
        actor = self._current_actor(unit, actor)
        folder, identities = self._folder(actor, catalogue, claim.folder)
        if earlier is not None:
            return self._outcome(unit, actor, earlier, catalogue)
        if (wrong := self._wrong(unit, actor, folder, identities, claim, upload.started)) is not None:
            return self._refusals.record(unit, actor, claim, wrong)
        before = unit.version_before(claim.folder, claim.identity_code, claim.input_date, claim.file_name)
        current = before if before is not None and before.superseded_by is None else None
        if current is not None and current.sha256 == judged.sha256:
            return Standing(self._repeat(unit, actor, claim, current, now), catalogue, replayed=True)
        if current is not None:
            unit.supersede(current.log_index, by=unit.head().size)
        row = self._ledger.record(
            unit,
            ACCEPTED,
            now,
            **facts_of(actor, claim)
            | {
                "size": upload.staging.size,
                "sha256": judged.sha256,
                "version": (before.version or 0) + 1 if before else 1,
                "supersedes": current.log_index if current else None,
                "again": _again(before),
                "received_start": upload.started,
                "cut_off": folder.cut_off_of(
                    claim.input_date, self._calendar.with_(unit.decided()), claim.identity_code
                ),
                "counts": _counts(folder, current),
                "object_key": key,
                "findings": judged.findings,
                "note": claim.explanation if judged.findings else None,
            },
        )
        if current is not None and current.collected is not None:
            self._resubmitted(unit, row, now)
        return Standing(row, catalogue)

    def _repeat(self, unit: Unit, actor: Actor, claim: Claim, current: ActivityRow, now: datetime) -> ActivityRow:
        """The very bytes that stand, once more; what nobody had explained of them is explained now, if it is said."""
        who = {name: value for name, value in facts_of(actor, claim).items() if name in _WHO}
        self._ledger.record(unit, REPEATED, now, **who, subject=str(current.log_index))
        if not current.unexplained or claim.explanation is None:
            return current
        explained(unit, self._ledger, actor, current, claim.explanation, now, 0)
        return replace(current, explanation=claim.explanation)

    def _answered(self, rows: Rows, actor: Actor, submission: str, catalogue: Catalogue) -> Receipt | None:
        earlier = rows.outcome(actor.login_id, submission)
        if earlier is None:
            return None
        return receipt_of(self._outcome(rows, actor, earlier, catalogue).row, catalogue, replayed=True)

    def _outcome(self, rows: Rows, actor: Actor, row: ActivityRow, catalogue: Catalogue) -> Standing:
        """What became of a submission id before; through the gate of its own folder, whichever was named now."""
        if row.act == REFUSED:
            raise refusal_of(row)
        stood = (rows.activity(int(row.subject)) if row.subject is not None else None) or row
        self._folder(actor, catalogue, stood.folder or "")
        return Standing(stood, catalogue, replayed=True)


def _counts(folder: FolderRule, current: ActivityRow | None) -> str | None:
    """Which instant is held against the cut-off, of the version that takes the place of this one."""
    if folder.cut_off is None:
        return None
    in_time = current is not None and current.cut_off is not None and not current.late
    return FIRST_COUNTS if in_time else folder.cut_off.counts


def _again(before: ActivityRow | None) -> str | None:
    """What was done with the version before this one, for whoever collects."""
    if before is None or before.ended is not None:
        return None if before is None else before.ended
    return before.again if before.collected is None else COLLECTED


_CLAIMED: Final = {"folder", "identity_code", "input_date", "file_name", "size", "sha256"}
_WHO: Final = {"channel", "company", "login_id", "source", "submission"}
