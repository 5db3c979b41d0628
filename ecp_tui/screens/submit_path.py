"""The field for a file: of this computer, completed, pasted in any quoting; or of elsewhere, by its name alone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual import events
from textual.message import Message
from textual.suggester import Suggester

from backend.contract.rules.shown import shown
from ecp_tui.pastes import MOST, find_paths, last_part
from ecp_tui.widgets.field import TextField

_LOOKED_AT = 5000
"""Entries of one folder that completion considers."""


class PathField(TextField):
    """A path typed, completed (→ accepts) or pasted; several pasted at once are handed on.

    Where it is not `local`, the file lies where this program cannot look: what is typed is a name, and stays one.
    """

    class SeveralPasted(Message):
        """A paste held several paths."""

        def __init__(self, paths: list[Path]) -> None:
            super().__init__()
            self.paths = paths

    def __init__(self, *, id: str, base: Path | None = None, placeholder: str = "", local: bool = True) -> None:
        super().__init__(id=id, placeholder=placeholder, max_length=4000)
        self.local = local
        self.base = (base or Path.cwd()) if local else Path()
        self.suggester = PathSuggester(self) if local else None

    @property
    def path(self) -> Path | None:
        """The file named, made absolute, or its name alone where it lies elsewhere; `None` while nothing is typed."""
        text = self.value.strip()
        if not text:
            return None
        if not self.local:
            return Path(name) if (name := last_part(text)) else None
        found = find_paths(text)
        return self.base / (found[0] if len(found) == 1 else Path(text))

    def put(self, path: Path) -> None:
        """Shows the path, as short as it can be said from here."""
        self.value = shown(self._said(path), self.max_length or 4000)
        # Input scrolls only where the cursor moves, and the end, the file's name, is what counts.
        self.cursor_position = 0
        self.cursor_position = len(self.value)

    def _said(self, path: Path) -> str:
        if not self.local:
            return path.name
        if path.is_relative_to(self.base):
            return str(path.relative_to(self.base))
        home = Path.home()
        return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)

    def on_paste(self, event: events.Paste) -> None:
        if len(event.text) > MOST:
            event.prevent_default()
            event.stop()
            self.notify("That is no path: it is too long.", markup=False)
            return
        if not self.local:
            event.prevent_default()
            event.stop()
            names = [Path(last_part(line)) for line in event.text.splitlines() if line.strip()]
            if names:
                self.put(names[0])
            if len(names) > 1:
                self.post_message(self.SeveralPasted(names))
            return
        paths = find_paths(event.text)
        if len(paths) > 1 and any(_is_there(self.base / path) for path in paths):
            event.prevent_default()
            event.stop()
            self.post_message(self.SeveralPasted([self.base / path for path in paths]))
        elif len(paths) == 1 and (not self.value or paths[0].is_absolute()):
            event.prevent_default()
            event.stop()
            self.put(paths[0])


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


class PathSuggester(Suggester):
    """Completes the last part of a path from its folder, off the event loop."""

    def __init__(self, field: PathField) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        if not value or value[-1].isspace():
            return None
        return await asyncio.to_thread(_completed, value, self._field.base)


def _completed(value: str, base: Path) -> str | None:
    """The value with its last part completed to the first name that begins so; folders end in a separator."""
    head, separator, beginning = value.rpartition("/") if os.sep == "/" else _split(value)
    if not beginning:
        return None
    try:
        folder = base / Path(head + separator).expanduser()
        with os.scandir(folder) as entries:
            near = [entry for entry, _ in zip(entries, range(_LOOKED_AT), strict=False)]
        fitting = sorted((entry for entry in near if entry.name.startswith(beginning)), key=lambda entry: entry.name)
        for entry in fitting:
            if entry.name.isprintable():
                return head + separator + entry.name + (os.sep if entry.is_dir() else "")
    except (OSError, ValueError, RuntimeError):
        return None
    return None


def _split(value: str) -> tuple[str, str, str]:
    place = max(value.rfind("\\"), value.rfind("/")) + 1
    return value[:place], "", value[place:]
