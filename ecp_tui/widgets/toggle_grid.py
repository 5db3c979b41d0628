"""A grid of toggles: rows down, columns across, a sign in each cell that can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import RenderOptions
from textual.widget import Widget

from ecp_tui.theme import SIGNS
from ecp_tui.widgets.field import Entered

Cell = tuple[str, str]
_GAP: Final = 2
_LEAST: Final = 16
"""Cells that the rows' names keep, however many columns there are."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row; it can be chosen for the columns named `possible` alone."""

    key: str
    name: str
    words: str
    possible: frozenset[str]


class ToggleGrid(Widget, can_focus=True):
    """Space changes the cell under the cursor. What was `held` before shows as coming or going when it changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--title", "grid--cursor", "grid--words"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1, 0)", "row below", show=False),
        Binding("up", "move(-1, 0)", "row above", show=False),
        Binding("right", "move(0, 1)", "column right", show=False),
        Binding("left", "move(0, -1)", "column left", show=False),
        Binding("space", "choose", "choose, or not", show=False),
        Binding("enter", "submit", "next field", show=False),
    ]
    chosen: reactive[frozenset[Cell]] = reactive(frozenset())
    cursor: reactive[tuple[int, int]] = reactive((0, 0))

    class Moved(Message):
        """The cursor stands on another cell, or what it stands on changed."""

        def __init__(self, grid: ToggleGrid) -> None:
            super().__init__()
            self.grid = grid

        @property
        def control(self) -> ToggleGrid:
            return self.grid

    class Changed(Moved):
        """The person chose a cell, or no longer."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.rows: tuple[GridRow, ...] = ()
        self.columns: tuple[str, ...] = ()
        self.held: frozenset[Cell] = frozenset()

    def show(self, rows: Sequence[GridRow], columns: Sequence[str], held: frozenset[Cell]) -> None:
        self.rows, self.columns, self.held = tuple(rows), tuple(columns), held
        self.styles.height = len(self.rows) + 1
        self.cursor = (0, 0)
        self.refresh()

    # ── the cell under the cursor ────────────────────────────────────────────────────────────────────────────

    @property
    def here(self) -> tuple[GridRow, str] | None:
        """Its row and its column."""
        row, column = self.cursor
        return (self.rows[row], self.columns[column]) if row < len(self.rows) and column < len(self.columns) else None

    def possible(self, row: GridRow, column: str) -> bool:
        return column in row.possible

    def action_move(self, down: int, right: int) -> None:
        row, column = self.cursor
        self.cursor = (
            max(0, min(row + down, len(self.rows) - 1)),
            max(0, min(column + right, len(self.columns) - 1)),
        )

    def action_choose(self) -> None:
        if self.here is not None and self.possible(*self.here):
            row, column = self.here
            self.chosen = self.chosen ^ {(row.key, column)}
            self.post_message(self.Changed(self))
        self.post_message(self.Moved(self))

    def action_submit(self) -> None:
        self.post_message(Entered(self))

    def on_focus(self) -> None:
        self.post_message(self.Moved(self))

    def watch_cursor(self) -> None:
        if self.is_mounted and isinstance(self.parent, Widget):
            at = Region(0, self.virtual_region.y + self.cursor[0] + 1, 1, 1)
            self.parent.scroll_to_region(at, animate=False)
            self.post_message(self.Moved(self))

    def on_click(self, event: events.Click) -> None:
        name, wide, first, shown = self._measures()
        column = first + (event.x - name) // wide if event.x >= name else -1
        row = event.y - 1
        if 0 <= row < len(self.rows) and first <= column < first + shown:
            self.cursor = (row, column)
            self.action_choose()

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    def _measures(self) -> tuple[int, int, int, int]:
        """The rows' names' cells, a column's cells, the first column shown and how many are."""
        wide = max((len(column) for column in self.columns), default=0) + _GAP
        room = self.size.width
        shown = max(1, min(len(self.columns), (room - _LEAST) // wide)) if self.columns else 0
        first = max(0, min(self.cursor[1] - shown + 1, len(self.columns) - shown)) if shown else 0
        return max(_LEAST, room - shown * wide), wide, first, shown

    def render_line(self, y: int) -> Strip:
        name, wide, first, shown = self._measures()
        base = self.visual_style
        if y == 0:
            return self._strip([Content(" " * name), *self._titles(wide, first, shown)], base + self._style("title"))
        if y > len(self.rows):
            return self._strip([], base)
        row = self.rows[y - 1]
        label = max((len(one.name) for one in self.rows), default=0) + _GAP
        words = Content.assemble(f"{row.name:<{label}}", (row.words, "$muted")).truncate(name - 1, ellipsis=True)
        parts = [words, Content(" " * (name - words.cell_length))]
        parts += [self._cell(row, at, wide) for at in range(first, first + shown)]
        return self._strip(parts, base)

    def _titles(self, wide: int, first: int, shown: int) -> list[Content]:
        return [Content(f"{column:<{wide}}") for column in self.columns[first : first + shown]]

    def _cell(self, row: GridRow, at: int, wide: int) -> Content:
        column = self.columns[at]
        cell = Content(f" {'·':<{wide - _GAP - 1}}")
        if self.possible(row, column):
            glyph, style = self.sign(row.key, column)
            cell = Content.assemble(" ", (glyph, style), " " * (wide - _GAP - 2))
        if self.has_focus and (self.rows[self.cursor[0]], self.cursor[1]) == (row, at):
            cell = Content(cell.plain).stylize(self._style("cursor"))
        return Content.assemble(cell, " " * _GAP)

    def sign(self, key: str, column: str) -> tuple[str, str]:
        """Of a cell that can be chosen: its glyph and style."""
        now, before = (key, column) in self.chosen, (key, column) in self.held
        if now == before:
            return ("●", "$foreground") if now else ("○", "$muted")
        sign = SIGNS["added" if now else "removed"]
        return sign.glyph, f"bold {sign.style}"

    def _strip(self, parts: Sequence[Content], style: VisualStyle) -> Strip:
        width = self.size.width
        strips = Content("").join(parts).render_strips(width, 1, style, RenderOptions(self._get_style, {}))
        strip = strips[0] if strips else Strip.blank(width, style.rich_style)
        return strip.adjust_cell_length(width, style.rich_style)

    def _style(self, name: str) -> VisualStyle:
        return VisualStyle.from_styles(self.get_component_styles(f"grid--{name}"))
