"""How large a terminal in a page can be, whatever the page says."""

from __future__ import annotations

from typing import Final

USUAL: Final = (80, 24)
SMALLEST: Final = (1, 1)
LARGEST: Final = (500, 200)


def bounded(width: object, height: object) -> tuple[int, int]:
    """The size as asked for, within bounds; the usual one where it is no number."""
    return _one(width, 0), _one(height, 1)


def _one(asked: object, side: int) -> int:
    try:
        number = int(str(asked))
    except ValueError:
        return USUAL[side]
    return max(SMALLEST[side], min(number, LARGEST[side]))
