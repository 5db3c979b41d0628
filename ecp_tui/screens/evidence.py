"""What vouches for a receipt, as the console shows it: in a line, and a line a check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.content import Content

from ecp_tui.evidence import NAMES, Held

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.faults import Refused
    from backend.contract.rules.evidence import Check

LOOKING: Final = Content.styled("◐ asking for its signature and its proof …", "$muted")
_SIGNS: Final = {"ok": ("●", "$success"), "wrong": ("✕", "$error"), "missing": ("○", "$warning")}


def check_lines(held: Held) -> Iterator[tuple[str, str | Content]]:
    """A line a check, with what fixes it."""
    for check in held.verdict.checks:
        whole = (check.name, check.state) == ("file", "ok")
        yield NAMES[check.name], checked(replace(check, words="the one of the file") if whole else check)


def checked(check: Check) -> Content:
    """What came of it, with what fixes it."""
    sign, style = _SIGNS[check.state]
    return Content.assemble((f"{sign} ", style), check.words, (f"  {check.remedy}".rstrip(), "bold"))


def in_a_line(held: Held) -> Content:
    """Whether it holds; else the first thing that does not."""
    state, words = held.summary
    sign, style = _SIGNS[state]
    if state == "ok":
        return Content.assemble((f"{sign} {words}", style), ("   Enter shows it", "$muted"))
    if state == "missing":
        return Content.assemble((f"{sign} ", style), words)
    return Content.assemble((f"{sign} {words}", f"bold {style}"), ("   Enter says why", "bold"))


def not_asked(refused: Refused) -> Content:
    return Content.assemble((f"○ not verified: {refused.number} {refused.title}", "$warning"), ("   F5 again", "bold"))
