"""What vouches for a receipt, as the console shows it: in a line, and a line a check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.content import Content

from ecp_tui.evidence import NAMES, Held

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.faults import Refused

LOOKING: Final = Content.styled("◐ asking for its signature and its proof …", "$muted")
_SIGNS: Final = {"ok": ("●", "$success"), "wrong": ("✕", "$error"), "missing": ("○", "$warning")}


def check_lines(held: Held) -> Iterator[tuple[str, str | Content]]:
    """A line a check, with what fixes it."""
    for check in held.verdict.checks:
        sign, style = _SIGNS[check.state]
        words = "the one of the file" if (check.name, check.state) == ("file", "ok") else check.words
        yield (
            NAMES[check.name],
            Content.assemble((f"{sign} ", style), words, (f"  {check.remedy}".rstrip(), "bold")),
        )


def in_a_line(held: Held) -> Content:
    """Whether it holds; else the first thing that does not."""
    state, words = held.summary
    sign, style = _SIGNS[state]
    if state == "ok":
        return Content.assemble((f"{sign} {words}", style), ("   Enter shows both", "$muted"))
    if state == "missing":
        return Content.assemble((f"{sign} ", style), words)
    return Content.assemble((f"{sign} {words}", f"bold {style}"), ("   Enter says why", "bold"))


def not_asked(refused: Refused) -> Content:
    return Content.assemble((f"○ not verified: {refused.number} {refused.title}", "$warning"), ("   F5 again", "bold"))
