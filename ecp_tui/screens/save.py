"""Saving to this computer: asks where, never writes over a file unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from backend.contract.faults import Refused
from backend.contract.rules.shown import shown
from ecp_tui import config
from ecp_tui.lines import lines
from ecp_tui.saving import save
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.context import Context
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.line import LineDialog
from ecp_tui.screens.submit_path import PathField
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words


def keep(
    screen: EcpScreen,
    title: str,
    name: str,
    content: Callable[[Path], bytes],
    words: str = "",
    done: Callable[[Path | None], None] | None = None,
) -> None:
    """Gives a file of this name to the person, wherever their files are; over SSH by the line whose command, `words`,
    writes it there. `done` hears where it is, or of nothing."""
    context = screen.context
    if context.local:
        screen.app.push_screen(SaveDialog(context, title, name, content), done)
        return
    if context.links is not None:
        address = context.links.save(name, content(Path(name)))
        screen.notify(f"{name} is in your browser's downloads, or at\n{address}", markup=False)
    else:
        screen.app.push_screen(LineDialog(title, lines(context.line(words), ">", name)))
    if done is not None:
        done(Path(name))


class SaveDialog(ModalScreen[Path | None]):
    """Where to; Enter saves. `content` is asked for the bytes once the name is known."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(self, context: Context, title: str, name: str, content: Callable[[Path], bytes]) -> None:
        super().__init__()
        self._given, self._heading, self._wish, self._bytes_for = context, title, name, content

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Words(Content.styled(self._heading, "bold"), classes="dialog-title")
            yield PathField(id="target")
            yield Words(id="wrong", classes="dialog-words")
            with Buttons():
                yield Button("Save", id="save", primary=True)
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        field = self.query_one(PathField)
        field.value = str((config.last_folder(self._given.config) or Path.cwd()) / self._wish)
        field.cursor_position = len(field.value)
        field.focus()

    def on_entered(self) -> None:
        self._save()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self._save()
        else:
            self.dismiss(None)

    async def written(self, path: Path, *, replace: bool) -> Path:
        """Writes the file; raises `FileExistsError` where one is in the way that it may not replace."""
        return await asyncio.to_thread(save, path, self._bytes_for(path), replace=replace)

    def said(self, written: Path) -> str:
        """What is told when it is done."""
        return f"Saved: {written}"

    def _save(self, *, replace: bool = False) -> None:
        self.run_worker(self._saved(replace=replace), exclusive=True)

    async def _saved(self, *, replace: bool) -> None:
        path = self.query_one(PathField).path
        if path is None:
            return
        try:
            written = await self.written(path, replace=replace)
        except FileExistsError:
            words = Content(f"{shown(path.name)} exists already.")
            self.app.push_screen(ConfirmDialog("Replace the file?", words, yes="Replace file"), self._answered)
        except Refused as refused:
            self.query_one("#wrong", Words).update(Content.styled(f"✕ {refused.what}", "$error"))
        else:
            self.dismiss(written)
            self.app.notify(self.said(written), markup=False)

    def _answered(self, replace: bool | None) -> None:
        if replace:
            self._save(replace=True)
