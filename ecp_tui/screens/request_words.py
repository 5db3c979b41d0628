"""Change requests on screens: their states, their ages, what waits, and before → after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from textual.content import Content

from backend.contract.messages import ChangeRequest, Line
from ecp_tui import request_wording, wording
from ecp_tui.theme import SIGNS

_MARK: Final = 2
_GAP: Final = 2
_LABEL: Final = 20
_PHONE: Final = ("Telephone", "telephone")
_STACKED: Final = 56
"""In fewer cells before and after stand below each other."""


def state_of(request: ChangeRequest) -> Content:
    sign = SIGNS[request.state]
    return Content.styled(f"{sign.glyph} {sign.word}", sign.style)


def age(made: datetime, now: datetime) -> str:
    """In the largest unit alone, from a minute up: 4 h, 3 d. Seconds would paint the list again and again."""
    return " ".join(wording.duration(max(60.0, (now - made).total_seconds())).split()[:2])


def waiting_words(waiting: int) -> Content:
    """! 3 requests wait for you."""
    return Content.assemble(("! ", "bold $warning"), (request_wording.waiting(waiting), "bold"))


def expiring_words(keys: int) -> Content:
    return Content.assemble(("! ", "bold $warning"), request_wording.expiring(keys))


# ── before → after ───────────────────────────────────────────────────────────────────────────────────────────────


def diff(lines: Sequence[Line], width: int) -> Content:
    """Two columns under the words before and after, in which − goes and + comes; narrow, below each other."""
    if width < _STACKED:
        return Content("\n").join([*(piece for line in lines for piece in _stacked(line, width)), *_legend(lines)])
    label = min(_LABEL, max((Content(line.label).cell_length for line in lines), default=0)) + _MARK + _GAP
    both = any(line.before for line in lines)
    cell = (width - label - _GAP) // 2 if both else width - label
    headings = f"{'before':<{cell + _GAP}}after" if both else "after"
    rows = [Content.styled(f"{'':<{label}}  {headings}", "$muted")]
    for line in lines:
        rows += _beside(line, label, cell, both=both)
    return Content("\n").join([*rows, *_legend(lines)])


def _legend(lines: Iterable[Line]) -> list[Content]:
    """What the mark means, where a line has it."""
    words = Content.styled("! marks what weighs: look twice at it", "$muted")
    return [Content(""), words] if any(line.weighs for line in lines) else []


def _beside(line: Line, label: int, cell: int, *, both: bool) -> Iterable[Content]:
    names = [_label(line, piece.plain) for piece in Content(line.label).wrap(label - _GAP - _MARK)]
    befores = _side(line, line.before, "removed").wrap(cell) if line.before else []
    afters = _side(line, line.after, "added").wrap(cell) if line.after else []
    for at in range(max(len(names), len(befores), len(afters))):
        parts = [_padded(names, at, label)]
        if both:
            parts.append(_padded(befores, at, cell + _GAP))
        yield Content.assemble(*parts, afters[at] if at < len(afters) else "")


def _stacked(line: Line, width: int) -> Iterable[Content]:
    yield _label(line, line.label)
    for words, kind in ((line.before, "removed"), (line.after, "added")):
        if words and not (kind == "removed" and line.before == line.after):
            yield from (Content.assemble("  ", piece) for piece in _side(line, words, kind).wrap(width - 2))


def _label(line: Line, words: str) -> Content:
    """A piece of its label behind the mark, where what it says weighs."""
    marked = line.weighs and line.label.startswith(words)
    mark = (f"{SIGNS['attention'].glyph} ", f"bold {SIGNS['attention'].style}") if marked else ("  ", "")
    return Content.assemble(mark, (words, "bold" if line.weighs else ""))


def _side(line: Line, words: str, kind: str) -> Content:
    """A value that stays is plain; one that goes or comes has its sign."""
    if line.before == line.after:
        return Content(f"  {words}")
    sign = SIGNS[kind]
    if words.startswith("+") and line.label.endswith(_PHONE):  # its own plus beside the sign reads as two
        words = f"tel {words}"
    return Content.assemble((f"{sign.glyph} ", f"bold {sign.style}"), (words, sign.style))


def _padded(pieces: Sequence[Content], at: int, width: int) -> Content:
    piece = pieces[at] if at < len(pieces) else Content("")
    return Content.assemble(piece, " " * max(0, width - piece.cell_length))
