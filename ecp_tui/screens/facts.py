"""Facts about one thing, in two columns: muted names, then their values."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

NAME_CELLS = 15


def facts(rows: Iterable[tuple[str, str | Content]], width: int = NAME_CELLS) -> Content:
    """One line a fact; a value is shown as it is, whatever it holds."""
    lines = [Content.assemble((f"{name:<{width}}", "$muted"), value) for name, value in rows]
    return Content("\n").join(lines)
