"""Arrivals as a row of bars: how many came when, and what is still ahead; where glyphs are ASCII, they are as well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

BARS: Final = "▁▂▃▄▅▆▇█"
AHEAD: Final = "·"


def bars(counts: Sequence[int], cells: int) -> str:
    """A bar a count, in so many cells at most: the lowest is none at all, the highest the most in one of them."""
    heights = pooled(counts, cells)
    most = max(heights, default=0)
    steps = len(BARS) - 1
    return "".join(BARS[-(-height * steps // most)] if height else BARS[0] for height in heights)


def pooled(counts: Sequence[int], cells: int) -> list[int]:
    """As they are where there is room, else neighbours added up; nothing that was counted is lost."""
    if cells < 1:
        return []
    number = min(len(counts), cells)
    edges = [at * len(counts) // number for at in range(number + 1)] if number else [0]
    return [sum(counts[start:end]) for start, end in pairwise(edges)]


class Sparkline(Widget):
    """The bars of what has come, then a point for each part of the time that is left."""

    ALLOW_SELECT: ClassVar[bool] = False
    counts: reactive[tuple[int, ...]] = reactive(())
    ahead: reactive[int] = reactive(0)
    """How many of the counts stand for times that have not come yet: the last ones."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)

    def render(self) -> RenderResult:
        known = len(self.counts) - self.ahead
        whole = min(self.size.width, len(self.counts))
        cells = -(-known * whole // len(self.counts)) if self.counts else 0
        seen = bars(self.counts[:known], cells)
        return Content.assemble((seen, "$primary"), (AHEAD * (whole - len(seen)), "$muted"))
