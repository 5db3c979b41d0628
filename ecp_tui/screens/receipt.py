"""One activity: what was received and its SHA-256; its receipt to read and to save, and its bytes to compare."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from ecp_tui import wording
from ecp_tui.evidence import Held, held
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.compare import CompareScreen
from ecp_tui.screens.evidence import LOOKING, in_a_line, not_asked
from ecp_tui.screens.explaining import ExplanationDialog
from ecp_tui.screens.facts import facts
from ecp_tui.screens.findings import in_columns
from ecp_tui.screens.receipt_text import ReceiptTextScreen, save_receipt
from ecp_tui.theme import SIGNS
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Activity, Receipt

ASKING = "Asking the server …"
_MARGINS = 6
_ACTS = ("published", "fetched", "withdrawn", "collected", "replayed", "returned", "explained")
_WHEN = {act: act.capitalize() for act in _ACTS}
"""What its instant is the instant of; of files that came in, when they came."""
_NO_HASH = "A refused file was not kept, so there is no SHA-256 of it."


class ReceiptScreen(EcpScreen):
    """The detail page of Activity Enquiry; `fresh` right after the submission."""

    CSS_PATH: ClassVar = "receipt.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("compare", "copy", "copy_row", "save", "open", "submit", "explain")
    HINTS: ClassVar[tuple[str, ...]] = ("compare", "copy", "save", "back")
    HELP_TOPIC: ClassVar[str] = "SHA-256"

    def __init__(self, receipt: Receipt | None = None, *, log_index: int | None = None, fresh: bool = False) -> None:
        super().__init__()
        self._receipt = receipt
        self._log_index = receipt.activity.log_index if receipt else log_index
        self._fresh = fresh
        self._held: Held | None = None
        self._vouched = LOOKING
        self.where = "Submit › receipt" if fresh else "Activity › detail"

    def body(self) -> Iterable[Widget]:
        yield Words(id="headline")
        with VerticalScroll(can_focus=False):
            yield Words(id="facts")
            yield Words(id="hash")
            yield Words(id="more")

    async def load(self, background: bool) -> None:
        if self._receipt is None:
            self.say(ASKING)
        if self._log_index is not None and (self._receipt is None or not self._fresh):
            self._receipt = await self.context.client.one_activity(self._log_index)
        if self._receipt is not None:
            self._show(self._receipt)
            if self._held is None:
                self.run_worker(self._verify(self._receipt), group="evidence", exclusive=True, exit_on_error=False)

    async def _verify(self, receipt: Receipt) -> None:
        """Asks for what vouches for it, and looks at it here; the page is there before."""
        try:
            self._held = await held(self.context.client, receipt)
            self._vouched = in_a_line(self._held)
        except Refused as refused:
            self._vouched = not_asked(refused)
        if self._receipt is not None:
            self._show(self._receipt)

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if self._receipt is None:
            self.say("F5 asks again")

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, receipt: Receipt) -> None:
        activity = receipt.activity
        sign = SIGNS.get(activity.state, SIGNS["attention"])
        state = f"{sign.glyph} {wording.state_word(activity)}"
        name = activity.file_name or activity.folder_title or activity.act
        parts = [(state, f"bold {sign.style}"), ("   ", ""), (name, "bold"), (self._version(receipt), "$muted")]
        within = self.app.size.width - _MARGINS
        self.query_one("#headline", Words).update(Content.assemble(*parts))
        done = [*self._facts(activity), *self._found(receipt), *self._done(receipt.counter_receipts)]
        self.query_one("#facts", Words).update(facts(done, within=within))
        self.query_one("#hash", Words).update(facts(_hash(activity)))
        more = facts(self._more(receipt), within=within) if activity.fault is None else _refusal(activity, within)
        self.query_one("#more", Words).update(more)
        long = bool(activity.fault_findings or activity.findings or receipt.counter_receipts)
        self.query_one(VerticalScroll).can_focus = long
        if long:
            self.query_one(VerticalScroll).focus()
        zone = wording.zone_name(activity.at, self.context.zone)
        again = "the same bytes were accepted before: this is their receipt · " if receipt.replayed else ""
        self.say(f"{again}log index {wording.count(activity.log_index)} · all times {zone}")
        self.show_keys()

    def _version(self, receipt: Receipt) -> str:
        activity = receipt.activity
        words = f"   version {activity.version}" if activity.version else ""
        if activity.superseded_by is not None:
            return f"{words}, {activity.state} by log index {wording.count(activity.superseded_by)}"
        if activity.supersedes is not None:
            return f"{words}, replaces log index {wording.count(activity.supersedes)}"
        return words

    def _facts(self, activity: Activity) -> Iterator[tuple[str, str | Content]]:
        folder = next((one for one in self.context.folders if one.folder == activity.folder), None)
        yield "Folder", f"{activity.folder or '–'}  {activity.folder_title or ''}"
        yield "Identity", f"{activity.identity_code or '–'}  {self._identity_name(activity)}"
        meaning = f", {folder.input_date_meaning}" if folder else ""
        yield "Input date", f"{wording.day(activity.input_date)}{meaning}" if activity.input_date else "–"
        yield _WHEN.get(activity.act, "Received"), self._received(activity)
        if activity.cut_off is not None:
            yield "Cut-off", self._cut_off(activity, activity.cut_off)
        yield "By", f"{activity.login_id or '–'}, {activity.channel}"
        if activity.size is not None:
            yield "Size", wording.size_exact(activity.size)
        if activity.reason:
            yield "Reason", activity.reason

    def _found(self, receipt: Receipt) -> Iterator[tuple[str, str | Content]]:
        """What is not as its folder expects, and what was said of it, the latest last."""
        activity = receipt.activity
        for finding in activity.findings:
            yield "Finding", Content.assemble(("! ", "$warning"), finding.words)
        before = [one.explanation or "" for one in receipt.explanations[1:]]
        for words in reversed(before):
            yield "Explained", Content.styled(words, "$muted")
        if activity.explanation:
            yield "Explained", Content.styled(activity.explanation, "bold")
        elif activity.findings:
            yield "Explained", Content.styled("not yet", "bold $warning")

    def _done(self, acts: Iterable[Activity]) -> Iterator[tuple[str, str | Content]]:
        """What the exchange did with a submission: its counter-receipts, newest first."""
        for act in acts:
            when = wording.when(act.at, self.context.zone).strip()
            because = f": {act.reason}" if act.reason else ""
            yield act.state.capitalize(), f"{when} by {act.login_id}, {act.channel}{because}"

    def _identity_name(self, activity: Activity) -> str:
        identities = self.context.me.identities if self.context.me else ()
        return next((one.name for one in identities if one.identity_code == activity.identity_code), "")

    def _received(self, activity: Activity) -> str:
        end = wording.when(activity.at, self.context.zone, seconds=True, year=True).strip()
        zone = wording.zone_name(activity.at, self.context.zone)
        if activity.received_start is None or activity.at - activity.received_start < wording.ONE_SECOND:
            return f"{end} {zone}"
        start = wording.when(activity.received_start, self.context.zone, seconds=True, year=True).strip()
        same_day = start[:-9] == end[:-9]
        return f"{start} – {end[-8:] if same_day else end} {zone}"

    def _cut_off(self, activity: Activity, cut_off: datetime) -> Content:
        """The one that held for it, whether it was met, and which of its instants counts."""
        sign = SIGNS["late" if activity.late else "received"]
        counts = "the start of the upload counts" if activity.counts == "start" else "the end of the upload counts"
        at = wording.when(cut_off, self.context.zone).strip()
        word = "late" if activity.late else "in time"
        return Content.assemble(f"{at}   ", (f"{sign.glyph} {word}", sign.style), (f"   {counts}", "$muted"))

    def _more(self, receipt: Receipt) -> Iterator[tuple[str, str | Content]]:
        activity = receipt.activity
        if activity.sha256 is None:
            return
        yield "", ""
        yield from hash_commands(activity.file_name or "FILE").items()
        yield "", ""
        yield "Receipt" if activity.act == "accepted" else "Log entry", self._vouched

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _sha256(self) -> str | None:
        return self._receipt.activity.sha256 if self._receipt else None

    def reason(self, key: str) -> str:
        if self._receipt is None and key in {"compare", "copy", "copy_row", "save", "open"}:
            return "The activity is not here yet."
        if key in {"compare", "copy", "copy_row"} and self._sha256 is None:
            return _NO_HASH
        if key == "explain":
            return self._why_not_explained()
        return super().reason(key)

    def _why_not_explained(self) -> str:
        activity = self._receipt.activity if self._receipt else None
        if activity is None or activity.act != "accepted" or not activity.findings:
            return "Nothing was found in this file that wants an explanation."
        return "This version does not stand any more." if activity.superseded_by is not None else ""

    def hints(self) -> tuple[str, ...]:
        """Explaining takes the place of copying where there is something to explain."""
        found = super().hints()
        staff = self.context.me is not None and self.context.me.company is None
        return (
            found if staff or self._why_not_explained() else tuple("explain" if one == "copy" else one for one in found)
        )

    def hint_word(self, key: str) -> str:
        if key == "copy_row":
            return "copy the command"
        accepted = self._receipt is not None and self._receipt.activity.act == "accepted"
        return "save receipt" if key == "save" and accepted else ""

    def action_compare(self) -> None:
        if self._receipt is not None:
            self.open(CompareScreen(self._receipt.activity))

    def action_copy(self) -> None:
        self.copy(self._sha256 or "")

    def action_copy_row(self) -> None:
        """The command that makes the same value on this computer."""
        if self._receipt is not None:
            commands = hash_commands(self._receipt.activity.file_name or "FILE")
            self.copy(commands[{"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "Linux")])

    def action_open(self) -> None:
        if self._receipt is not None:
            self.open(ReceiptTextScreen(self._receipt, self._held))

    def action_save(self) -> None:
        if self._receipt is not None:
            save_receipt(self, self._receipt, self._held)

    def action_submit(self) -> None:
        self.go("submit")

    def action_explain(self) -> None:
        if self._receipt is not None:
            activity = self._receipt.activity
            found = "\n".join(one.words for one in activity.findings)
            again = f"\nIt was explained: {activity.explanation}" if activity.explanation else ""
            what = f"{wording.count(len(activity.findings), 'finding')} in {activity.file_name}"
            self.app.push_screen(ExplanationDialog(what, found + again), self._explain)

    def _explain(self, words: str | None) -> None:
        if words is not None and self._log_index is not None:
            self.ask(self._explained(self._log_index, words))

    async def _explained(self, log_index: int, words: str) -> None:
        await self.context.client.explain(log_index, words)
        self._fresh = False
        await self.load(False)


def hash_commands(name: str) -> dict[str, str]:
    """What makes the SHA-256 of a file of this name, by system, ready to be pasted into a shell."""
    quoted = shlex.quote(name)
    return {
        "Windows": f'certutil -hashfile "{name}" SHA256' if " " in name else f"certutil -hashfile {name} SHA256",
        "macOS": f"shasum -a 256 {quoted}",
        "Linux": f"sha256sum {quoted}",
    }


def _refusal(activity: Activity, within: int) -> Content:
    """As it was answered then: number and title, what happened, what to do; or each finding, where there are any."""
    title = (f"{activity.fault}  {activity.fault_title or ''}", "bold $error")
    remedy = (activity.fault_remedy or "", "bold")
    if not activity.fault_findings:
        return Content.assemble(title, f"\n{activity.fault_what or ''}\n", remedy)
    counted = wording.count(len(activity.fault_findings), "finding")
    said = Content.assemble(title, (f"   {counted}\n", "$muted"), remedy)
    return Content("\n\n").join([said, in_columns(activity.fault_findings, within)])


def _hash(activity: Activity) -> Iterator[tuple[str, str | Content]]:
    """The SHA-256 in four groups of 16, two a line."""
    if activity.sha256 is not None:
        groups = wording.hash_groups(activity.sha256)
        yield "", ""
        yield "SHA-256", Content.styled(" ".join(groups[:2]), "bold")
        yield "", Content.styled(" ".join(groups[2:]), "bold")
