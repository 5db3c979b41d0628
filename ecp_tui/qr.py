"""QR codes as characters: the modules of one, what they take in a terminal, and its lines in half blocks."""

from __future__ import annotations

from typing import Final, Literal

import segno

Matrix = tuple[tuple[bool, ...], ...]
"""True is a dark module."""
Glyphs = Literal["halves", "blocks"]
"""`halves`: ▀ and ▄, two modules a cell. `blocks`: two cells a module, for terminals without those glyphs."""

QUIET: Final = (4, 3, 2)
"""Light modules around the code: as the standard wants it, down to the least that scanners are content with."""
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def modules(text: str) -> Matrix:
    """The smallest code that holds the text; dark modules are True."""
    code = segno.make(text, error="l", micro=False, boost_error=False)
    return tuple(tuple(bool(module) for module in line) for line in code.matrix)


def cells(matrix: Matrix, quiet: int, glyphs: Glyphs = "halves") -> tuple[int, int]:
    """The columns and rows that the code takes, its margin included."""
    side = len(matrix) + 2 * quiet
    return (side, (side + 1) // 2) if glyphs == "halves" else (2 * side, side)


def margin(matrix: Matrix, width: int, height: int, glyphs: Glyphs = "halves") -> int | None:
    """The widest margin that fits the room; `None` where the code does not."""
    for quiet in QUIET:
        columns, rows = cells(matrix, quiet, glyphs)
        if columns <= width and rows <= height:
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
