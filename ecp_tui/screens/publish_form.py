"""Publishing a file: one form, checked here and by the server before anything is sent, as a submission is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.content import Content
from textual.notifications import SeverityLevel
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import FileTicketProgress, PublishCheck, PublishCheckRequest
from ecp_tui import config, wording
from ecp_tui.digest import Digest, digest, size_of
from ecp_tui.publishing_wording import identities
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.browse import browse
from ecp_tui.screens.publish_fields import PublishForm
from ecp_tui.screens.publish_review import Publishing, PublishReviewScreen
from ecp_tui.screens.submit_path import PathField
from ecp_tui.screens.transfers import TransfersScreen
from ecp_tui.transfers import Transfer
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.words import Words

_TYPING_PAUSE = 0.25


class PublishFormScreen(EcpScreen):
    """The same keys as File Submission; row 23 says what would happen."""

    CSS_PATH: ClassVar = "publish_form.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "from_name", "browse", "back")
    HELP_TOPIC: ClassVar[str] = "publish"
    where = "Operator › Publish › file"

    def __init__(self, path: str | None = None) -> None:
        """`path`: a file to begin with."""
        super().__init__()
        self._path = path
        self._bytes: int | None = None
        self._no_file = ""
        self._verdict: PublishCheck | None = None
        self._wrong: Refused | None = None

    def body(self) -> Iterable[Widget]:
        yield Words("Publish a file", classes="title")
        yield Words(id="folder-title", classes="facts")
        yield PublishForm(local=self.context.local)

    def on_mount(self) -> None:
        if self.context.local:
            self._form.file.base = config.last_folder(self.context.config) or Path.cwd()
            if self._path is not None:
                self._form.put(Path(self._path))
        self._form.file.focus()
        self._unlisten = self.context.transfers.listen(self._moved)

    def on_unmount(self) -> None:
        self._unlisten()

    @property
    def _form(self) -> PublishForm:
        return self.query_one(PublishForm)

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, background: bool) -> None:
        self._form.show_options(await self.context.client.publish_options(background=background))
        await self._look()

    def on_publish_form_edited(self) -> None:
        self.ask(self._look(pause=_TYPING_PAUSE), group="look")

    async def _look(self, *, pause: float = 0) -> None:
        """What the form now says: read the name, then ask the server what would become of it."""
        await asyncio.sleep(pause)
        form, path = self._form, self._form.file.path
        self._bytes = self._verdict = self._wrong = None
        if path is not None:
            await self._weigh(path)
            form.propose()
        if path is not None and form.folder is not None and form.to is not None and form.reached:
            await self._judge()
        self._show()

    async def _judge(self, found: Digest | None = None) -> None:
        """The server's verdict; a refusal of the file itself stays in sight until it is put right."""
        self._verdict = self._wrong = None
        try:
            self._verdict = await self.context.client.check_publication(self._request(found))
        except Refused as refused:
            self._wrong = refused

    def _request(self, found: Digest | None = None) -> PublishCheckRequest:
        form = self._form
        name = form.file.path.name if form.file.path is not None else ""
        folder = form.folder.folder if form.folder is not None else ""
        facts = {"size": found.size, "sha256": found.sha256} if found is not None else {}
        return PublishCheckRequest.model_validate({"folder": folder, "to": form.to or "", "file_name": name, **facts})

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
        words = "Choose a file: its name says the folder, and whose it is. Or choose them first."
        title = Content.styled(f"{folder.folder}: {folder.title}", "$foreground") if folder else Content(words)
        self.query_one("#folder-title", Words).update(title)
        missing = "no file" if self._form.file.path is not None and not self._known else ""
        self._form.note(self._bytes, missing or (str(self._wrong.number) if self._wrong is not None else ""))
        self.clear_fault()
        self.say(self._next())
        self.show_keys()

    def _next(self) -> str:
        verdict = self._verdict
        if self._form.file.path is not None and not self._known:
            return self._no_file or "there is no such file yet · → completes its path"
        if verdict is None:
            return "all checks happen before anything is sent"
        replaces = f", replaces a version for {wording.count(verdict.replaced)}" if verdict.replaced else ""
        return f"not published yet · reaches {identities(verdict.reached)}{replaces}"

    def clear_fault(self) -> None:
        if self._wrong is not None:
            self.show_fault(self._wrong)
        else:
            super().clear_fault()

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "from_name":
            if self._form.file.path is None:
                return "Choose a file first: F6 takes folder and identity from its name."
            if not self._form.name_says_more:
                return "The fields say what the name says already."
        if key == "browse" and not self.context.local:
            return "Browsing is for files of this computer; yours are on another."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "review" if key == "check" else ""

    def action_from_name(self) -> None:
        self._form.take_from_name()
        self.ask(self._look(), group="look")

    def action_browse(self) -> None:
        browse(self, self._form.file)

    def on_path_field_several_pasted(self, event: PathField.SeveralPasted) -> None:
        others = wording.count(len(event.paths) - 1, "more file")
        self._form.put(event.paths[0])
        self.notify(f"Files go one after another: {event.paths[0].name} first, then {others}.", markup=False)
        self.on_publish_form_edited()

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.action_back()

    def action_check(self) -> None:
        self.ask(self._review(), group="look")

    async def _review(self) -> None:
        """Reads the file once, asks for the verdict on exactly these bytes, and shows both."""
        if not await self._complete():
            return
        path, total = self._form.file.path or Path(), self._bytes or 0
        found = await digest(path, lambda read: self.say(f"Reading the file … {wording.share(read, total)}"))
        await self._judge(found)
        config.remember_folder(self.context.config, path.parent)
        self._open_review(path, found)

    async def _complete(self) -> bool:
        """Whether nothing is missing or wrong, as far as it can be seen from here; else the person is told what is."""
        form = self._form
        form.propose()
        if form.file.path is not None:
            await self._weigh(form.file.path)
            if not self._known:
                self._show()
                form.file.focus()
                self.say((self._no_file, "bold $warning"))
                return False
        if (missing := form.missing()) is not None:
            self._show()
            form.query_one(f"#{missing[0]}").focus()
            self.say((missing[1], "bold $warning"))
            return False
        return True

    def _open_review(self, path: Path, found: Digest, came: FileTicketProgress | None = None) -> None:
        self._show()
        folder, to = self._form.folder, self._form.to
        if self._verdict is not None and folder is not None and to is not None:
            wanted = Publishing(path, folder, to, self._form.notice, found, self._verdict, came)
            self.open(PublishReviewScreen(wanted))

    def _moved(self, transfer: Transfer) -> None:
        if not transfer.running and transfer.upload.to is not None:
            self.call_later(self._ended, transfer)

    def _ended(self, transfer: Transfer) -> None:
        """Says how it ended, unless a page that shows it is in front; makes room for the next file."""
        if not isinstance(self.app.screen, PublishReviewScreen | TransfersScreen):
            severe: SeverityLevel = "error" if transfer.fault else "information"
            self.app.notify(transfer.words, severity=severe, markup=False)
        if transfer.published is not None and self._form.file.path == transfer.upload.path:
            self._bytes = self._verdict = self._wrong = None
            self._form.next_file()
        self._show()
