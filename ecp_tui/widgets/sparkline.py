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
END: Final = "│"


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
    """The bars of what has come, then a point for each part of the time that is left; a line where time was up."""

    ALLOW_SELECT: ClassVar[bool] = False
    counts: reactive[tuple[int, ...]] = reactive(())
    ahead: reactive[int] = reactive(0)
    """How many of the counts stand for times that have not come yet: the last ones."""
    over: reactive[int] = reactive(0)
    """How many of them lie behind the end: the last ones, too."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)

    def show(self, counts: tuple[int, ...], ahead: int = 0, over: int = 0) -> None:
        self.counts, self.ahead, self.over = counts, ahead, over

    def render(self) -> RenderResult:
        number = len(self.counts)
        room = self.size.width - (self.over > 0)
        whole = min(room, number)
        known, end = (-(-at * whole // number) if number else 0 for at in (number - self.ahead, number - self.over))
        drawn = bars(self.counts[: number - self.ahead], known)
        said = Content.assemble((drawn, "$primary"), (AHEAD * (whole - known), "$muted"))
        if not self.over:
            return said
        return Content.assemble(said[:end], (END, "$warning"), Content.styled(said[end:].plain, "$warning"))
