"""How hostile text is shown: nothing that a terminal obeys ever reaches one."""

from __future__ import annotations

import unicodedata

_BIDI_AND_INVISIBLE = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff"
)

_LATIN_1 = 0xFF


def shown(text: str, limit: int = 2000) -> str:
    """`text` with control, bidirectional and unassigned characters as visible escapes, cut at `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(_visible(character) for character in cut)


def shown_lines(text: str, limit: int = 60_000) -> str:
    """As `shown`, but line feeds stay: for documents such as receipts."""
    return "\n".join(shown(line, limit) for line in text[:limit].expandtabs().split("\n"))


def _visible(character: str) -> str:
    if character in _BIDI_AND_INVISIBLE or unicodedata.category(character) in {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }:
        code = ord(character)
        return f"\\x{code:02x}" if code <= _LATIN_1 else f"\\u{code:04x}"
    return character
