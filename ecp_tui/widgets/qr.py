"""QR codes as characters: two modules a cell, black on white whatever the theme, with a margin that scanners need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import segno
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Matrix = tuple[tuple[bool, ...], ...]
"""True is a dark module."""
Glyphs = Literal["halves", "blocks"]
"""`halves`: ▀ and ▄, two modules a cell. `blocks`: two cells a module, for terminals without those glyphs."""

QUIET: Final = (4, 3, 2)
"""Light modules around the code: as the standard wants it, else the least that scanners are content with."""
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def modules(text: str) -> Matrix:
    """The smallest code that holds the text; dark modules are True."""
    code = segno.make(text, error="l", micro=False, boost_error=False)
    return tuple(tuple(bool(module) for module in line) for line in code.matrix)


def cells(matrix: Matrix, quiet: int, glyphs: Glyphs) -> Size:
    """What the code takes in a terminal, its margin included."""
    side = len(matrix) + 2 * quiet
    return Size(side, (side + 1) // 2) if glyphs == "halves" else Size(2 * side, side)


def margin(matrix: Matrix, room: Size, glyphs: Glyphs) -> int | None:
    """The widest margin that fits the room; `None` where the code does not."""
    for quiet in QUIET:
        needed = cells(matrix, quiet, glyphs)
        if needed.width <= room.width and needed.height <= room.height:
            return quiet
    return None


def lines(matrix: Matrix, quiet: int) -> list[str]:
    """The code in half blocks, each line one of the terminal's."""
    light = (False,) * (len(matrix) + 2 * quiet)
    sides = (False,) * quiet
    rows = [*([light] * quiet), *(sides + row + sides for row in matrix), *([light] * quiet)]
    if len(rows) % 2:
        rows.append(light)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return ["".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]


class QrCode(Widget):
    """One code, as large as it must be; its sheet gives it ink and paper."""

    ALLOW_SELECT = False

    def __init__(self, matrix: Matrix, *, quiet: int, glyphs: Glyphs = "halves", id: str | None = None) -> None:
        super().__init__(id=id)
        self.matrix, self.quiet, self.glyphs = matrix, quiet, glyphs

    def render(self) -> RenderResult:
        if self.glyphs == "halves":
            return Content("\n".join(lines(self.matrix, self.quiet)))
        return Content("\n").join(self._blocks())

    def _blocks(self) -> Sequence[Content]:
        """A dark module is ink on ink, so that a `##` is as dark as its ground."""
        side = len(self.matrix) + 2 * self.quiet
        rows = [Content(" " * 2 * side)] * self.quiet
        edge = " " * 2 * self.quiet
        shown = [
            Content.assemble(edge, *(("##", "$ink on $ink") if dark else "  " for dark in row), edge)
            for row in self.matrix
        ]
        return [*rows, *shown, *rows]

    def get_content_width(self, container: object, viewport: object) -> int:
        return cells(self.matrix, self.quiet, self.glyphs).width

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return cells(self.matrix, self.quiet, self.glyphs).height
