"""The anchor: the last signed checkpoint, in a file outside the database, so that an older database is noticed."""

from __future__ import annotations

from pathlib import Path

from backend.durable import replace_file


class AnchorFile:
    """Meets the `Anchor` port."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        try:
            return self._path.read_text("ascii", "replace")
        except FileNotFoundError:
            return None

    def write(self, signed: str) -> None:
        replace_file(self._path, signed.encode("ascii"))
