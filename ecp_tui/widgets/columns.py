"""Columns and rows of lists, and the budget: how wide each column is in so many cells, and which give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from ecp_tui.widgets.words import same

GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """`width` cells wide (at least, where `grows`); dropped in narrow terminals, the highest `priority` first."""

    title: str
    width: int
    priority: int = 0
    grows: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line; `key` finds it again after a refresh. Cells without a style of their own take the row's."""

    key: str
    cells: tuple[Content, ...]
    dim: bool = False
    heading: bool = False
    """A line between the rows that the cursor passes over."""
    wide: bool = False
    """Its cells follow one another over the whole line, not in columns."""


def row(key: str, *cells: str | Content, dim: bool = False, heading: bool = False, wide: bool = False) -> Row:
    """A row of plain texts and styled contents; markup in a text stays text."""
    return Row(key, tuple(Content(cell) if isinstance(cell, str) else cell for cell in cells), dim, heading, wide)


def alike(one: Row, other: Row) -> bool:
    """Whether both look the same."""
    return one == other and all(map(same, one.cells, other.cells))


def budget(columns: Sequence[Column], width: int) -> dict[int, int]:
    """The columns there is room for by their place, and their widths."""
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[place].width + GAP for place in kept) - GAP

    for place in sorted(kept, key=lambda place: -columns[place].priority):
        if needed() <= width or columns[place].priority == 0:
            break
        kept.remove(place)
    widths = {place: columns[place].width for place in kept}
    if widths and (excess := needed() - width) > 0:
        widest = max(kept, key=lambda place: widths[place])
        widths[widest] = max(1, widths[widest] - excess)
        return widths
    growing = [place for place in kept if columns[place].grows]
    for place in growing:
        widths[place] += (width - needed()) // len(growing)
    return widths
