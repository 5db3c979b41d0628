"""QR codes on a page: black on white whatever the theme, with the margin that scanners need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from ecp_tui.qr import Glyphs, Matrix, cells, lines


class QrCode(Widget):
    """One code, as large as it must be; its sheet gives it ink and paper."""

    ALLOW_SELECT: ClassVar[bool] = False

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
        return cells(self.matrix, self.quiet, self.glyphs)[0]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return cells(self.matrix, self.quiet, self.glyphs)[1]
