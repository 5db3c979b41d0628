"""Facts about one thing, in two columns: muted names, then their values."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

NAME_CELLS = 15


def facts(rows: Iterable[tuple[str, str | Content]], width: int = NAME_CELLS, within: int | None = None) -> Content:
    """One line a fact; a value is shown as it is, whatever it holds, and goes on below itself `within` a width."""
    lines: list[Content] = []
    for name, value in rows:
        content = Content(value) if isinstance(value, str) else value
        pieces = content.wrap(max(10, within - width)) if within is not None else [content]
        lines.append(Content.assemble((f"{name:<{width}}", "$muted"), pieces[0] if pieces else ""))
        lines += [Content.assemble(" " * width, piece) for piece in pieces[1:]]
    return Content("\n").join(lines)
