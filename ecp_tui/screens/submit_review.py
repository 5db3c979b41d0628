"""Review before a file is sent: what it is, what it replaces; then its progress, then its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import EXPLANATION_NEEDED, FILE_CHANGED, Exit, Refused
from backend.contract.messages import Check, FileTicketProgress
from backend.contract.rules.expectations import explanation_of
from ecp_tui import wording
from ecp_tui.digest import Digest
from ecp_tui.draft import Draft
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.explaining import Explaining
from ecp_tui.screens.facts import NAME_CELLS, facts
from ecp_tui.screens.receipt import ReceiptScreen
from ecp_tui.transfers import Transfer, upload_of
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_BAR_CELLS = 40
_MARGINS = 4
_NEEDED = "Say in a few words why the file is right all the same."
_ROWS_OF = frozenset({".csv", ".txt", ".tsv"})


class ReviewScreen(EcpScreen):
    """The last look. The button says the consequence; leaving the page during the upload does not stop it."""

    CSS_PATH: ClassVar = "submit_review.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "transfers", "back")
    HELP_TOPIC: ClassVar[str] = "submit"
    where = "Submit › review"

    def __init__(
        self,
        draft: Draft,
        found: Digest,
        verdict: Check,
        typed: dict[Path, str],
        *,
        came: FileTicketProgress | None = None,
    ) -> None:
        """`typed`: explanations so far, by file, kept there for when the page is opened again. `came`: what came by a
        ticket, where its bytes are on the server already.
        """
        super().__init__()
        self._draft, self._found, self._verdict, self._came = draft, found, verdict, came
        self._typed = typed
        self._findings = () if verdict.unchanged else tuple(one.words for one in found.unexpected or verdict.findings)
        self._transfer: Transfer | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Review", classes="title")
        with VerticalScroll(id="about", can_focus=False):
            yield Words(facts(self._facts(), within=self.app.size.width - _MARGINS), id="facts")
        yield Words(self._consequence(), id="consequence")
        yield Explaining(self._typed.get(self._draft.path, ""))
        yield Words(id="progress")
        with Buttons():
            yield Button(self._act, id="send", primary=True)
            yield Button("Back to the form", id="back")

    def on_mount(self) -> None:
        self.query_one("#send").focus()
        if self._findings:
            self._ask()
        here = "not sent yet · nothing leaves this computer before you say so"
        self.say(here if self._came is None else f"not submitted yet · this is what came from {self._came.source}")
        self.set_interval(0.25, self._follow)

    def _ask(self) -> None:
        """Makes room for what was found, and for the words that it needs."""
        self.add_class("-explaining")
        self.query_one(Explaining).ask(self._findings, focus=not self.query_one(Explaining).typed)
        self.query_one("#consequence", Words).update(self._consequence(briefly=True))

    @property
    def _act(self) -> str:
        if self._verdict.unchanged:
            return "Show the receipt"
        return "Replace file" if self._verdict.replaces else "Submit"

    def _facts(self) -> Iterator[tuple[str, str | Content]]:
        folder, identity_code, input_date = self._draft.complete()
        name = next((one.name for one in folder.identities if one.identity_code == identity_code), "")
        yield "File", Content.styled(self._draft.file_name, "bold")
        yield "Folder", f"{folder.folder}  {folder.title}"
        yield "Identity", f"{identity_code}  {name}"
        yield "Input date", f"{wording.day(input_date)}, {folder.input_date_meaning}"
        rows = f", {wording.count(self._found.rows, 'row')}" if self._draft.path.suffix.lower() in _ROWS_OF else ""
        yield "Size", f"{wording.size_exact(self._found.size)}{rows}"
        if self._verdict.cut_off is not None:
            left = (self._verdict.cut_off - self.context.now()).total_seconds()
            words = f"{wording.duration(left)} left" if left > 0 else "passed: it will be late"
            zone = wording.zone_name(self._verdict.cut_off, self.context.zone)
            yield "Cut-off", f"{wording.when(self._verdict.cut_off, self.context.zone).strip()} {zone}, {words}"
        yield "", ""
        groups = wording.hash_groups(self._found.sha256)
        yield "SHA-256", Content.styled(" ".join(groups[:2]), "bold")
        yield "", Content.styled(" ".join(groups[2:]), "bold")

    def _consequence(self, *, briefly: bool = False) -> Content:
        """What the submission does to the version before; `briefly` where progress or a fault needs the room."""
        before = self._verdict.replaces
        if self._verdict.unchanged:
            return Content("The same bytes are the current version already: nothing new is stored.")
        if before is None:
            return Content.styled("It is the first file of this name.", "$muted")
        briefly = briefly or bool(self._findings)
        moment = wording.when(before.at, self.context.zone).strip()
        first = Content.assemble(
            ("! ", "bold $warning"), (f"Replaces version {before.version} of {moment} by {before.login_id}", "bold")
        )
        if briefly:
            return first
        groups = wording.hash_groups(before.sha256 or "")
        rows: tuple[tuple[str, str], ...] = (("  of SHA-256", " ".join(groups[:2])), ("", " ".join(groups[2:])))
        evidence = Content.styled("  That version stays as evidence and is shown as superseded.", "$muted")
        return Content("\n").join([first, facts(rows, NAME_CELLS), evidence])

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send":
            self.run_worker(self.action_press("check"))
        else:
            self.action_back()

    def reason(self, key: str) -> str:
        if key == "check" and self._transfer is not None and self._transfer.running:
            return "The file is on its way already."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return self._act.lower() if key == "check" else ""

    def action_check(self) -> None:
        """Sends; after a failure it sends again under the same id, so that nothing can be stored twice."""
        explanation = self._explanation()
        if explanation is None:
            return
        self.clear_fault()
        if self._transfer is None:
            ticket = self._came.id if self._came is not None else None
            upload = upload_of(self._draft, self._found, ticket, explanation)
            self._transfer = self.context.transfers.start(upload)
        else:
            self._transfer.upload = replace(self._transfer.upload, explanation=explanation or None)
            self.context.transfers.retry(self._transfer)
        self._follow()
        self.show_keys()

    def _explanation(self) -> str | None:
        """What the person says of the findings, empty where there are none; nothing where it is still to be said."""
        if not self._findings:
            return ""
        try:
            return explanation_of(self.query_one(Explaining).typed)
        except Refused as refused:
            self.query_one("#explanation").focus()
            self.say((refused.what if self.query_one(Explaining).typed else _NEEDED, "bold $warning"))
            return None

    def on_input_changed(self, event: Input.Changed) -> None:
        self._typed[self._draft.path] = event.value

    def on_entered(self) -> None:
        self.run_worker(self.action_press("check"))

    def action_refresh(self) -> None:
        """F5 after a 9001 tries again."""
        if self._transfer is not None and self._transfer.fault is not None:
            self.action_check()

    def _follow(self) -> None:
        moving = self._transfer
        if moving is None:
            return
        self.query_one("#progress").display = moving.running
        self.query_one("#progress", Words).update(progress(moving, _BAR_CELLS) if moving.running else Content(""))
        self.query_one("#send").display = not moving.running
        if moving.running:
            self.query_one("#consequence", Words).update(self._consequence(briefly=True))
            self.say("Esc goes back to the form; the upload goes on, F7 shows it")
            return
        self.show_keys()
        if moving.receipt is not None:
            if self.app.screen is self:  # below another page or a dialog it waits for its turn
                self._transfer = None
                self.action_back()
                self.open(ReceiptScreen(moving.receipt, fresh=True))
        elif moving.fault is not None and moving.fault.fault is FILE_CHANGED:
            if self.app.screen is self:  # the form says it, beside the file
                self._transfer = None
                self.action_back()
        elif moving.fault is not None and moving.fault.fault is EXPLANATION_NEEDED and not self._findings:
            self._findings = moving.fault.findings  # the folder's rule changed since this console read it
            self._ask()
            self.show_fault(moving.fault)
        elif moving.fault is not None:
            self.show_fault(moving.fault)
        else:
            self.say("cancelled · Activity Enquiry tells whether it had arrived")

    def show_fault(self, refused: Refused) -> None:
        """The fault leaves one line to what would be replaced, so that the buttons stay in sight."""
        super().show_fault(refused)
        self.query_one("#consequence", Words).update(self._consequence(briefly=True))
        if refused.fault.exit is Exit.NETWORK:
            self.say("F8 sends again under the same id: it can only be stored once")
        else:
            self.say("nothing was accepted")

    def clear_fault(self) -> None:
        super().clear_fault()
        self.query_one("#consequence", Words).update(self._consequence())


def progress(moving: Transfer, width: int) -> Content:
    """A bar and the words for it: 43 %, 2.1 MB/s, 12 s left."""
    full = round(moving.pace.share * width)
    bar = Content.assemble(("█" * full, "$accent"), ("░" * (width - full), "$muted"))
    words = moving.progress.replace(", ", "  ")
    return Content.assemble(bar, "\n", words)
