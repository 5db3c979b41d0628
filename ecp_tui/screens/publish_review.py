"""Review before a file is published: what it is, whom it reaches, what it replaces; then its progress."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import FileTicketProgress, PublishCheck, PublishFolder
from ecp_tui import wording
from ecp_tui.digest import Digest
from ecp_tui.draft import Upload
from ecp_tui.publishing_wording import identities, whom
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.facts import facts
from ecp_tui.screens.published import PublishedScreen
from ecp_tui.screens.submit_review import progress
from ecp_tui.transfers import Transfer, new_submission_id
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_BAR_CELLS = 40
_MARGINS = 4


@dataclass(frozen=True, slots=True)
class Publishing:
    """What is to be published, and what the server said of it; `came` where its bytes are there already."""

    path: Path
    folder: PublishFolder
    to: str
    notice: bool
    found: Digest
    verdict: PublishCheck
    came: FileTicketProgress | None = None

    def upload(self) -> Upload:
        return Upload(
            submission_id=new_submission_id(),
            folder=self.folder.folder,
            identity_code=self.to,
            input_date=self.verdict.input_date,
            file_name=self.path.name,
            path=self.path,
            size=self.found.size,
            sha256=self.found.sha256,
            modified=self.found.modified,
            ticket=self.came.id if self.came is not None else None,
            to=self.to,
            notice=self.notice,
        )


class PublishReviewScreen(EcpScreen):
    """The last look. The button says the consequence; leaving the page meanwhile does not stop it."""

    CSS_PATH: ClassVar = "publish_review.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "transfers", "back")
    HELP_TOPIC: ClassVar[str] = "publish"
    where = "Operator › Publish › review"

    def __init__(self, wanted: Publishing) -> None:
        super().__init__()
        self._wanted = wanted
        self._transfer: Transfer | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Review", classes="title")
        with VerticalScroll(can_focus=False):
            yield Words(facts(self._facts(), within=self.app.size.width - _MARGINS), id="facts")
        yield Words(self._consequence(), id="consequence")
        yield Words(id="progress")
        with Buttons():
            yield Button(self._act, id="send", primary=True)
            yield Button("Back to the form", id="back")

    def on_mount(self) -> None:
        self.query_one("#send").focus()
        came = self._wanted.came
        here = "not published yet · nothing leaves this computer before you say so"
        self.say(here if came is None else f"not published yet · this is what came from {came.source}")
        self.set_interval(0.25, self._follow)

    @property
    def _act(self) -> str:
        verdict = self._wanted.verdict
        if not verdict.new:
            return "Publish once more"
        return "Replace file" if verdict.replaced else "Publish"

    def _facts(self) -> Iterator[tuple[str, str | Content]]:
        wanted, verdict = self._wanted, self._wanted.verdict
        yield "File", Content.styled(wanted.path.name, "bold")
        yield "Folder", f"{wanted.folder.folder}  {wanted.folder.title}"
        yield "To", Content.styled(f"{whom(wanted.to)}: {identities(verdict.reached)}", "bold")
        yield "Input date", f"{wording.day(verdict.input_date)}, {wanted.folder.input_date_meaning}"
        mailed = wording.count(verdict.can_fetch, "account")
        yield "Mail notice", f"to {mailed}" if wanted.notice else f"no; {mailed} can fetch it"
        yield "Size", wording.size_exact(wanted.found.size)
        yield "", ""
        groups = wording.hash_groups(wanted.found.sha256)
        yield "SHA-256", Content.styled(" ".join(groups[:2]), "bold")
        yield "", Content.styled(" ".join(groups[2:]), "bold")

    def _consequence(self) -> Content:
        verdict, before = self._wanted.verdict, self._wanted.verdict.replaces
        if not verdict.new:
            return Content("The same bytes stand for all of them already: nothing changes.")
        if before is None:
            some = "" if verdict.new == verdict.reached else ", the others have it"
            return Content.styled(f"New for {identities(verdict.new)}{some}.", "$muted")
        moment = wording.when(before.at, self.context.zone).strip()
        words = f"Replaces what stands for {identities(verdict.replaced)}: version {before.version} of {moment}"
        return Content.assemble(
            ("! ", "bold $warning"), (words, "bold"), ("\n  That version stays as evidence.", "$muted")
        )

    # ── publishing ───────────────────────────────────────────────────────────────────────────────────────────

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
        """Sends; after a failure it sends again, and whoever has these bytes by then keeps what they have."""
        self.clear_fault()
        if self._transfer is None:
            self._transfer = self.context.transfers.start(self._wanted.upload())
        else:
            self.context.transfers.retry(self._transfer)
        self._follow()
        self.show_keys()

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
            self.say("Esc goes back to the form; it goes on, F7 shows it")
            return
        self.show_keys()
        if moving.published is not None:
            if self.app.screen is self:  # below another page or a dialog it waits for its turn
                self._transfer = None
                done = moving.published
                told = f" {wording.count(done.notices, 'account')} told by mail." if done.notices else ""
                self.notify(
                    f"Published {done.publication.file_name} to {identities(done.reached)}, "
                    f"new for {wording.count(done.new)}.{told}",
                    markup=False,
                )
                self.open(PublishedScreen(done.publication), in_place_of=2)
        elif moving.fault is not None:
            self.show_fault(moving.fault)
            self.say("nothing was published")
        else:
            self.say("cancelled · the list of what stands tells whether it had arrived")
