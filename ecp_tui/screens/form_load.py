"""Opening a form file: one that was saved here, or one that a company sent in."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.widget import Widget

from backend.contract.rules.form_documents import LARGEST_DOCUMENT, read_form
from backend.contract.rules.shown import shown
from ecp_tui import config, wording
from ecp_tui.digest import content_of
from ecp_tui.screens.browse import browse
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.form_draft import FormDraft, of_form
from ecp_tui.screens.form_page import FormPage
from ecp_tui.screens.form_review import FormReviewScreen
from ecp_tui.screens.sftp_fields import LocalTextField
from ecp_tui.screens.submit_path import PathField
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_PASTE = "Paste the form's text: all that its file holds."


class DocumentField(LocalTextField):
    """The path of a form file, or the document itself, pasted whole."""

    def __init__(self, *, id: str, local: bool, placeholder: str = "") -> None:
        super().__init__(id=id, local=local, placeholder=placeholder)
        self.max_length = LARGEST_DOCUMENT

    def holds_text(self) -> bool:
        return False

    async def content(self) -> bytes:
        """What the file holds, or what was pasted."""
        if not self.local:
            return (await self.text()).encode()
        return await asyncio.to_thread(content_of, (self.path or Path()).expanduser(), LARGEST_DOCUMENT)

    def on_paste(self, event: events.Paste) -> None:
        if not self.local:
            event.prevent_default()
            event.stop()
            self.take(event.text[:LARGEST_DOCUMENT])


class FormLoadScreen(FormPage):
    """A form file, by its path, or pasted: what it says fills the wizard, and its SHA-256 is shown."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "browse")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "browse", "back")
    where = "Forms › file"

    def body(self) -> Iterable[Widget]:
        yield Words("Open a form file" if self.context.local else "Paste a form", classes="title")
        yield Words("What it says takes the place of what was filled in here.", classes="facts")
        with Form():
            local = self.context.local
            how = "type, paste or ^f to browse" if local else "paste all that the file holds"
            yield Field("File" if local else "Form", DocumentField(id="file", local=local, placeholder=how))
            with Buttons():
                yield Button("Open", id="open", primary=True)

    def on_mount(self) -> None:
        if self.context.local:
            self._field.base = config.last_folder(self.context.config) or Path.cwd()
        self._field.focus()
        self.say("as it was saved here or received: signatures below the line do not matter")

    @property
    def _field(self) -> DocumentField:
        return self.query_one("#file", DocumentField)

    def reason(self, key: str) -> str:
        if key == "browse" and not self.context.local:
            return "Your files are on another computer: paste what the form file holds."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "open" if key == "check" else ""

    def on_input_changed(self) -> None:
        self.clear_fault()

    def on_path_field_several_pasted(self, event: PathField.SeveralPasted) -> None:
        self.say((f"{wording.count(len(event.paths))} files: a form is opened by itself.", "bold $warning"))

    def on_form_completed(self) -> None:
        self.action_check()

    def action_browse(self) -> None:
        browse(self, self._field)

    def action_check(self) -> None:
        if not self._field.value.strip():
            how = "Type the file's path, or press ctrl+f to browse." if self.context.local else _PASTE
            self.say((how, "bold $warning"))
            return
        self.ask(self._read())

    async def _read(self) -> None:
        content = await self._field.content()
        form = read_form(content.decode("utf-8", "replace"))
        name = "pasted"
        if self.context.local and (path := self._field.path) is not None:
            config.remember_folder(self.context.config, path.expanduser().parent)
            name = path.name
        draft = of_form(form, (shown(name, 100), hashlib.sha256(content).hexdigest()))
        begun = self.context.form
        if begun is None or begun.kept or begun.empty:
            self._take(draft)
            return
        words = f"{begun.words}\n\nThis was filled in here and is not saved. The file takes its place."
        dialog = ConfirmDialog("Open the file instead?", words, yes="Forget it and open")
        self.app.push_screen(dialog, lambda sure: self._take(draft) if sure else None)

    def _take(self, draft: FormDraft) -> None:
        self.context.form = draft
        self.open(FormReviewScreen())
