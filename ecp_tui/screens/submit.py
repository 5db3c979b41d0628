"""File Submission: one form, checked here and by the server before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.notifications import SeverityLevel
from textual.widget import Widget

from backend.contract.faults import FILE_CHANGED, WRONG_CONTENT, Refused
from backend.contract.messages import Check
from ecp_tui import config, wording
from ecp_tui.digest import Digest, digest, size_of
from ecp_tui.draft import Draft
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.browse import browse
from ecp_tui.screens.findings import FindingsScreen
from ecp_tui.screens.submit_form import SubmissionForm
from ecp_tui.screens.submit_many import SubmitManyScreen
from ecp_tui.screens.submit_path import PathField
from ecp_tui.screens.submit_review import ReviewScreen
from ecp_tui.screens.transfers import TransfersScreen
from ecp_tui.transfers import Transfer
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.words import Words

_TYPING_PAUSE = 0.25
_READ_UNASKED = 32 << 20
"""Bytes up to which a file is read through as soon as it is named; a larger one when the person goes on."""


class SubmitScreen(EcpScreen):
    """The FAQ's Submission page: heading, folder, form, and in row 23 what would happen."""

    CSS_PATH: ClassVar = "submit.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "browse", "back")
    HELP_TOPIC: ClassVar[str] = "submit"
    where = "Submit"

    def __init__(self) -> None:
        super().__init__()
        self._bytes: int | None = None
        """The file's size, once there is such a file."""
        self._no_file = ""
        """Why there is no such file: it is missing, or a folder, or a device."""
        self._wrong: Refused | None = None
        self._verdict: Check | None = None
        self._wanted: Mapping[str, str] = {}
        self._typed: dict[Path, str] = {}
        """Explanations as far as they were typed, by file."""

    def body(self) -> Iterable[Widget]:
        yield Words("File Submission", classes="title")
        yield Words(id="folder-title", classes="facts")
        yield SubmissionForm(local=self.context.local)

    def on_mount(self) -> None:
        if self.context.local:
            self._form.file.base = config.last_folder(self.context.config) or Path.cwd()
        self._form.file.focus()
        self._unlisten = self.context.transfers.listen(self._moved)

    def on_screen_resume(self) -> None:
        self.say(self._next())

    def on_unmount(self) -> None:
        self._unlisten()

    @property
    def _form(self) -> SubmissionForm:
        return self.query_one(SubmissionForm)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        self.context.folders = tuple(await self.context.client.folders(background=background))
        if self.context.local and self.context.demo and config.last_folder(self.context.config) is None:
            self._form.file.base = Path((await self.context.client.demo_world()).samples)
        self._form.show_folders(self.context.folders)
        if self._wanted:
            self._form.take(self._wanted)
            self._wanted = {}
        await self._look()

    def arrive(self, wanted: Mapping[str, str]) -> None:
        self._wanted = wanted
        self.reload()

    def on_submission_form_edited(self) -> None:
        self.ask(self._look(pause=_TYPING_PAUSE), group="look")

    async def _look(self, *, pause: float = 0) -> None:
        """What the form now says: read the name, check it here, then ask the server what would become of it."""
        await asyncio.sleep(pause)
        form, path = self._form, self._form.file.path
        self._bytes = self._verdict = self._wrong = None
        if path is not None:
            await self._weigh(path)
            form.propose()
        if self._known:
            self._wrong = self._form.disagreement(self._bytes)
        self._show()
        if self._known and self._wrong is None and form.missing() is None:
            if form.draft.content is not None and self._bytes is not None and self._bytes <= _READ_UNASKED:
                await self._read_through(form.draft)
            if self._wrong is None:
                self._verdict = await self.context.client.check(form.draft.request(self._bytes))
            self._show()

    async def _read_through(self, draft: Draft, progress: Callable[[int], None] | None = None) -> Digest | None:
        """The file's digest, or nothing where what it holds is not acceptable."""
        try:
            return await digest(draft.path, progress, draft.content, draft.input_date)
        except Refused as refused:
            if refused.fault is not WRONG_CONTENT:
                raise
            self._wrong = refused
            return None

    async def _weigh(self, path: Path) -> None:
        """The file's size, or why it has none."""
        self._bytes, self._no_file = None, ""
        try:
            self._bytes = await asyncio.to_thread(size_of, path)
        except Refused as refused:
            self._no_file = refused.what

    @property
    def _known(self) -> bool:
        """Whether there is such a file."""
        return self._bytes is not None

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        folder = self._form.folder
        title = Content("Choose a file: its name says the folder. Or choose the folder first.")
        if folder is not None:
            title = Content.assemble((f"{folder.folder}: {folder.title}", "$foreground"), self._cut_off())
        self.query_one("#folder-title", Words).update(title)
        self._form.note(self._bytes, self._wrong)
        self.clear_fault()
        self.say(self._next())
        self.show_keys()
        self.call_after_refresh(self._form.keep_in_sight)

    def _cut_off(self) -> str:
        cut_off = self._verdict.cut_off if self._verdict else None
        if cut_off is None:
            return ""
        left = (cut_off - self.context.now()).total_seconds()
        words = f"{wording.duration(left)} left" if left > 0 else "passed"
        return f"   cut-off {wording.when(cut_off, self.context.zone).strip()}, {words}"

    @property
    def _under_way(self) -> bool:
        """The file of the form is being sent."""
        return any(one.upload.path == self._form.file.path for one in self.context.transfers.running)

    def _next(self) -> str:
        verdict, folder = self._verdict, self._form.folder
        if self._under_way:
            return "being sent · F7 shows it"
        if verdict is not None and verdict.unchanged:
            return "not sent yet · the same bytes were accepted before"
        if verdict is not None and verdict.replaces is not None:
            before = wording.replaced(verdict.replaces, self.context.zone, self.context.now())
            return f"not sent yet · replaces the file {before} if submitted"
        if self._form.file.path is not None:
            return self._about_the_file()
        return folder.rule if folder else "all checks happen before anything is sent"

    def _about_the_file(self) -> str:
        if self._bytes is None:
            missing = self._no_file.startswith("There is no")
            return "there is no such file yet · → completes its path" if missing else self._no_file
        return f"not sent yet{self._form.about_the_name}"

    def clear_fault(self) -> None:
        """A disagreement stays in sight until it is put right, whatever the server answered meanwhile."""
        if self._wrong is not None:
            self.show_fault(self._wrong)
        else:
            super().clear_fault()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "check" and self._under_way:
            return "The file is on its way: F7 shows it."
        if key == "from_name":
            if self._form.file.path is None:
                return "Choose a file first: F6 takes identity and input date from its name."
            if not self._form.name_says_more:
                return "The fields say what the name says already."
        if key == "browse" and not self.context.local:
            return "Browsing is for files of this computer; yours are on another."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        if key == "check" and self._wrong is not None and self._wrong.findings:
            return wording.count(len(self._wrong.findings), "finding")
        return "submit" if key == "check" else ""

    def action_from_name(self) -> None:
        self._form.take_from_name()
        self.ask(self._look(), group="look")

    def action_browse(self) -> None:
        browse(self, self._form.file)

    def on_path_field_several_pasted(self, event: PathField.SeveralPasted) -> None:
        self._several(event.paths)

    def _several(self, paths: list[Path]) -> None:
        self.open(SubmitManyScreen(paths))

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self._wrong = self._verdict = self._bytes = None
            self._form.reset()
            self._show()
            self.action_back()

    def action_check(self) -> None:
        self.ask(self._review(), group="look")

    async def _review(self) -> None:
        """Reads the file once, asks for the verdict on exactly these bytes, and shows both."""
        if not await self._complete():
            return
        draft, total = self._form.draft, self._bytes or 0
        found = await self._read_through(
            draft, lambda read: self.say(f"Reading the file … {wording.share(read, total)}")
        )
        self._show()
        if found is None:
            self._open_findings()
            return
        self._verdict = await self.context.client.check(draft.request(found.size, found.sha256))
        config.remember_folder(self.context.config, draft.path.parent)
        self._show()
        self.open(ReviewScreen(draft, found, self._verdict, self._typed))

    async def _complete(self) -> bool:
        """Whether nothing is missing or wrong, as far as it can be seen from here; else the person is told what is."""
        form = self._form
        form.propose()
        if form.file.path is not None:
            self._wrong = None
            await self._weigh(form.file.path)
            self._wrong = self._form.disagreement(self._bytes) if self._known else None
        self._show()
        if form.file.path is not None and not self._known:
            form.file.focus()
            self.say((self._no_file, "bold $warning"))
            return False
        if self._wrong is None and (missing := form.missing()) is not None:
            form.query_one(f"#{missing[0]}").focus()
            self.say((missing[1], "bold $warning"))
            return False
        return self._wrong is None

    def _open_findings(self) -> None:
        if self._wrong is not None and self._wrong.findings:
            self.open(FindingsScreen(self._form.draft.file_name, self._wrong))

    def _moved(self, transfer: Transfer) -> None:
        if not transfer.running:
            self.call_later(self._ended, transfer)

    def _ended(self, transfer: Transfer) -> None:
        """Says how an upload ended, unless a page that shows it is in front; makes room for the next file."""
        if not isinstance(self.app.screen, ReviewScreen | SubmitManyScreen | TransfersScreen):
            severe: SeverityLevel = "error" if transfer.fault else "information"
            self.app.notify(transfer.words, severity=severe, markup=False)
        if self._form.file.path == transfer.upload.path:
            if transfer.receipt is not None:
                self._sent()
            elif transfer.fault is not None and transfer.fault.fault is FILE_CHANGED:
                self._verdict, self._wrong = None, transfer.fault
            self._show()

    def _sent(self) -> None:
        """After an acceptance the form is ready for the next file of the same folder."""
        self._bytes = self._verdict = self._wrong = None
        self._form.next_file()
        self._form.file.base = config.last_folder(self.context.config) or self._form.file.base
        self._show()
