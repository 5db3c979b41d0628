"""Choosing a file on this computer, beginning where the last one was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.rules.shown import shown
from ecp_tui import config, wording
from ecp_tui.draft import takers
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.submit_path import PathField
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words

_COLUMNS: Final = (
    Column("Name", 30, grows=True),
    Column("Folder", 7),
    Column("Size", 10, right=True),
    Column("Changed", 12, 1),
)
_UP: Final = ".."


def browse(screen: EcpScreen, field: PathField) -> None:
    """Opens the page; what is chosen goes into the field."""

    def chosen(path: Path) -> None:
        field.put(path)
        field.focus()

    screen.open(BrowseScreen(screen.where, config.last_folder(screen.context.config) or field.base, chosen))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name in a folder; `size` in bytes, `None` for a folder."""

    name: str
    size: int | None
    changed: datetime


class BrowseScreen(EcpScreen):
    """One folder as a list: folders, then files and which of ECP's folders takes the name. Enter opens either."""

    CSS_PATH: ClassVar = "browse.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("open", "back")

    def __init__(self, below: str, folder: Path, chosen: Callable[[Path], None]) -> None:
        super().__init__()
        self.where = f"{below} › browse"
        self._folder = folder.absolute()
        self._chosen = chosen
        self._entries: dict[str, _Entry] = {}

    def body(self) -> Iterable[Widget]:
        yield Words(Content("Choose a file"), classes="title")
        yield Words(id="folder", classes="facts")
        yield Table(_COLUMNS, id="entries", empty="Nothing in this folder.")

    def on_mount(self) -> None:
        self.query_one(Table).focus()

    async def load(self, background: bool) -> None:
        await self._enter(self._folder)

    def on_table_opened(self, event: Table.Opened) -> None:
        name = event.row.key
        entry = self._entries.get(name)
        if name == _UP:
            self.ask(self._enter(self._folder.parent, self._folder.name))
        elif entry is not None and entry.size is None:
            self.ask(self._enter(self._folder / name))
        elif entry is not None:
            self._chosen(self._folder / name)
            self.action_back()

    async def _enter(self, folder: Path, stand_on: str = "") -> None:
        """Shows a folder; one that cannot be read is said, and the one before stays."""
        try:
            entries = await asyncio.to_thread(_listed, folder)
        except OSError as error:
            self.say((f"✕ {shown(folder.name)} cannot be read: {error.strerror}", "$error"))
            return
        self._folder, self._entries = folder, {entry.name: entry for entry in entries}
        self.query_one("#folder", Words).update(Content(shown(_from_home(folder))))
        table = self.query_one(Table)
        up = [] if folder.parent == folder else [row(_UP, "../", dim=True)]
        table.show([*up, *(self._row(entry) for entry in entries)])
        table.go_to(stand_on or (entries[0].name if entries else _UP))
        files = sum(entry.size is not None for entry in entries)
        self.say(f"{wording.count(files, 'file')}, {wording.count(len(entries) - files, 'folder')} · on this computer")

    def _row(self, entry: _Entry) -> Row:
        name = shown(entry.name)
        changed = wording.when(entry.changed, self.context.zone, year=False)
        if entry.size is None:
            return row(entry.name, f"{name}/", "", "", changed, dim=True)
        takes = "/".join(folder.folder for folder in takers(self.context.folders, entry.name))
        return row(entry.name, name, Content.styled(takes, "$success"), wording.size(entry.size), changed)


def _from_home(folder: Path) -> str:
    """The path, short where it lies in the person's own folder."""
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if folder.is_relative_to(home) else str(folder)


def _listed(folder: Path) -> list[_Entry]:
    """Folders first, then files, by name; hidden ones and what cannot be looked at are left out."""
    entries: list[_Entry] = []
    for path in folder.iterdir():
        with suppress(OSError):
            facts = path.stat()
            is_folder = path.is_dir()
            if not path.name.startswith(".") and (is_folder or path.is_file()):
                changed = datetime.fromtimestamp(facts.st_mtime, UTC)
                entries.append(_Entry(path.name, None if is_folder else facts.st_size, changed))
    return sorted(entries, key=lambda entry: (entry.size is not None, entry.name.casefold()))
