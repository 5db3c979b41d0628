"""Lists in columns: widths are budgeted, columns give way by priority, and nothing in a cell is ever obeyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import RenderOptions

from ecp_tui.widgets.columns import GAP, Column, Row, alike, budget, row
from ecp_tui.widgets.keys import KEYS

__all__ = ["Column", "Row", "Table", "row"]


class Table(ScrollView, can_focus=True):
    """A list of rows with one cursor. It draws only the lines in sight, so its length costs nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--title", "table--cursor", "table--dim", "table--heading"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(KEYS[id_].keys, action, KEYS[id_].word, id=id_, tooltip=KEYS[id_].tooltip, show=False)
        for id_, action in (
            ("down", "move(1)"),
            ("up", "move(-1)"),
            ("page_down", "page(1)"),
            ("page_up", "page(-1)"),
            ("first", "edge(False)"),
            ("last", "edge(True)"),
            ("open", "open"),
        )
    ]
    cursor: reactive[int] = reactive(0)
    empty: reactive[str] = reactive("")

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, table: Table, row: Row) -> None:
            super().__init__()
            self.table = table
            self.row = row

        @property
        def control(self) -> Table:
            return self.table

    class Opened(Moved):
        """Enter was pressed on a row, or it was clicked twice."""

    class Edge(Message):
        """The cursor was to move beyond the first row (-1) or the last (1)."""

        def __init__(self, table: Table, step: int) -> None:
            super().__init__()
            self.table, self.step = table, step

    class ReachedEnd(Message):
        """The cursor stands on the last row: there may be more to fetch."""

    def __init__(
        self, columns: Sequence[Column], *, id: str, empty: str = "Nothing here.", titles: bool = True
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.set_reactive(Table.empty, empty)
        self.titles = titles
        self.rows: tuple[Row, ...] = ()

    # ── what it shows ────────────────────────────────────────────────────────────────────────────────────────

    def show(self, rows: Sequence[Row]) -> None:
        """Shows these rows; the cursor stays on the row of the same key. Paints nothing if nothing changed."""
        if len(rows) == len(self.rows) and all(map(alike, rows, self.rows)):
            return
        key = self.here_key
        self.rows = tuple(rows)
        self._measure()
        places = [place for place, row in enumerate(self.rows) if row.key == key and not row.heading]
        before, self.cursor = self.cursor, places[0] if places else self._near(min(self.cursor, len(self.rows) - 1), 1)
        if self.here is not None and self.here.key != key and self.cursor == before:
            self.post_message(self.Moved(self, self.here))
        self.refresh()

    @property
    def here(self) -> Row | None:
        """The row under the cursor."""
        if 0 <= self.cursor < len(self.rows) and not self.rows[self.cursor].heading:
            return self.rows[self.cursor]
        return None

    @property
    def here_key(self) -> str:
        """Its key; empty without one."""
        return self.here.key if self.here else ""

    def go_to(self, key: str) -> None:
        """Puts the cursor on the row of this key, if it is there."""
        self.cursor = next((place for place, row in enumerate(self.rows) if row.key == key), self.cursor)

    def _measure(self) -> None:
        self.virtual_size = Size(self._width, max(1, len(self.rows)) + self.titles)

    def on_resize(self) -> None:
        self._measure()

    # ── the cursor ───────────────────────────────────────────────────────────────────────────────────────────

    def watch_cursor(self) -> None:
        self.refresh()
        above = next((at for at in range(self.cursor - 1, -1, -1) if not self.rows[at].heading), -1) + 1
        self.scroll_to_region(Region(0, above, 1, self.cursor - above + 1 + self.titles), animate=False, force=True)
        if self.here is not None:
            self.post_message(self.Moved(self, self.here))
            if self.cursor == len(self.rows) - 1:
                self.post_message(self.ReachedEnd())

    def _near(self, place: int, step: int) -> int:
        """The nearest row to `place` that is no heading, looking first in the direction of `step`."""
        if not self.rows:
            return 0
        place = max(0, min(place, len(self.rows) - 1))
        ahead = range(place, len(self.rows)) if step > 0 else range(place, -1, -1)
        behind = range(place, -1, -1) if step > 0 else range(place, len(self.rows))
        return next((at for way in (ahead, behind) for at in way if not self.rows[at].heading), 0)

    def action_move(self, step: int) -> None:
        near = self._near(self.cursor + step, step)
        if near == self.cursor:
            self.post_message(self.Edge(self, step))
        self.cursor = near

    def action_page(self, way: int) -> None:
        self.cursor = self._near(self.cursor + way * max(1, self.size.height - 1 - self.titles), way)

    def action_edge(self, last: bool) -> None:
        self.cursor = self._near(len(self.rows) - 1 if last else 0, -1 if last else 1)

    def action_open(self) -> None:
        if self.here is not None:
            self.post_message(self.Opened(self, self.here))

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y - self.titles
        if event.y < self.titles or not 0 <= place < len(self.rows) or self.rows[place].heading:
            return
        self.cursor = place
        if event.chain > 1:
            self.action_open()

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _width(self) -> int:
        """Without the scrollbar, and a space before it."""
        return max(1, self.scrollable_content_region.width - 1)

    def render_line(self, y: int) -> Strip:
        width = self._width
        columns = budget(self.columns, width)
        base = self.visual_style
        if self.titles and y == 0:
            titles = [Content(column.title) for column in self.columns]
            return self._line(titles, columns, base + self._component("table--title"))
        if not self.rows:
            words = Content(self.empty if y == self.titles else "")
            return self._strip(words, base + self._component("table--dim"))
        place = y + self.scroll_offset.y - self.titles
        if place >= len(self.rows):
            return self._strip(Content(""), base)
        row = self.rows[place]
        if row.heading:
            return self._strip(Content("").join(row.cells), base + self._component("table--heading"))
        cells, style = list(row.cells), base
        if place == self.cursor:
            cells = [Content(cell.plain) for cell in row.cells]
            style = base + self._component("table--cursor")
        elif row.dim:
            style = base + self._component("table--dim")
        if row.wide:
            return self._strip(Content("").join(cells).truncate(width, ellipsis=True), style)
        return self._line(cells, columns, style)

    def _line(self, cells: list[Content], widths: dict[int, int], style: VisualStyle) -> Strip:
        shown: list[Content] = []
        for place, cells_wide in widths.items():
            cell = cells[place] if place < len(cells) else Content("")
            cell = cell.truncate(cells_wide, ellipsis=True)
            fill = " " * (cells_wide - cell.cell_length)
            shown.append(Content.assemble(fill, cell) if self.columns[place].right else Content.assemble(cell, fill))
        return self._strip(Content(" " * GAP).join(shown), style)

    def _strip(self, line: Content, style: VisualStyle) -> Strip:
        strips = line.render_strips(self._width, 1, style, RenderOptions(self._get_style, {}))
        strip = strips[0] if strips else Strip.blank(self._width, style.rich_style)
        return strip.adjust_cell_length(self._width, style.rich_style)

    def _component(self, name: str) -> VisualStyle:
        return VisualStyle.from_styles(self.get_component_styles(name))
