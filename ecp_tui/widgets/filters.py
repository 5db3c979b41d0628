"""What is done to every line on its way to the terminal: ASCII glyphs, exact colours where there are 256, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_CUBE: Final = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)
_ASCII: Final = str.maketrans(
    {
        "●": "*",
        "◐": "o",
        "○": "-",
        "✕": "x",
        "↓": "v",
        "↑": "^",
        "→": ">",
        "←": "<",
        "⇧": "^",
        "−": "-",
        "–": "-",
        "—": "-",
        "·": "-",
        "•": "*",
        "…": "~",
        "›": ">",
        "×": "x",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "↕": "|",
        **dict(zip("▁▂▃▄▅▆▇█", "_.:;=+*#", strict=True)),
        **dict.fromkeys("┌┐└┘", "+"),
        "─": "-",
        "│": "|",
        "░": ".",
        "≤": "<",
        "≥": ">",
    }
)


def needs_ascii(setting: str, environ: Mapping[str, str]) -> bool:
    """Whether glyphs are written in ASCII: as set, or `auto` where the locale is not UTF-8."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    unicode = "utf8" in locale.lower().replace("-", "") or os.name == "nt"
    return setting == "ascii" or (setting == "auto" and not unicode)


class NoColours(LineFilter):
    """Leaves bold, reverse and underline alone, and no colour at all: what NO_COLOR asks for."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and style.without_color, control) for text, style, control in segments]


class Exact256(LineFilter):
    """Names each colour by its number of the 256; Rich alone turns some greys into their neighbour."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _numbered(style), control) for text, style, control in segments]


@lru_cache(4096)
def _numbered(style: Style) -> Style:
    return style + Style(color=_number(style.color), bgcolor=_number(style.bgcolor))


def _number(colour: RichColor | None) -> RichColor | None:
    if colour is None or colour.triplet is None:
        return colour
    return RichColor.from_ansi(xterm256(*colour.triplet))


def _nearest(part: int) -> int:
    return min(range(6), key=lambda at: abs(_CUBE[at] - part))


def xterm256(red: int, green: int, blue: int) -> int:
    """The number of the nearest of xterm's 256 colours: of its 6×6×6 cube, or of its 24 greys."""
    parts = (red, green, blue)
    near = [_nearest(part) for part in parts]
    grey = min(range(24), key=lambda at: abs(8 + 10 * at - sum(parts) / 3))
    by_cube = sum((_CUBE[at] - part) ** 2 for at, part in zip(near, parts, strict=True))
    by_grey = sum((8 + 10 * grey - part) ** 2 for part in parts)
    return 16 + 36 * near[0] + 6 * near[1] + near[2] if by_cube <= by_grey else 232 + grey


class AsciiGlyphs(LineFilter):
    """Writes every glyph as one ASCII character of the same width, for terminals that cannot show it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(ascii_text(text), style, control) for text, style, control in segments]


def ascii_text(text: str) -> str:
    """`text` in as many cells, in ASCII alone: known glyphs by their stand-in, others by `?`."""
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else "?" * cell_len(character) for character in text.translate(_ASCII)
    )
