"""Terminals: what a client says of its own, checked and bounded before anybody believes it."""

from __future__ import annotations

import fcntl
import re
import struct
import termios
from collections.abc import Mapping
from typing import Final

VARIABLES: Final = frozenset({"LANG", "LC_ALL", "LC_CTYPE", "COLORTERM", "NO_COLOR", "ACCESSIBLE"})
"""That a client may send; all others are refused."""
WIDEST: Final = 500
HIGHEST: Final = 200
USUAL: Final = (80, 24)
_SAID: Final = re.compile(rb"[A-Za-z0-9_.@:+-]{1,64}", re.ASCII)

RESTORED: Final = (
    b"\x1b[<u"  # kitty's keys
    b"\x1b[?2048l\x1b[?2031l\x1b[?2026l\x1b[?2004l\x1b[?1004l"  # reports, synchronised output, bracketed paste, focus
    b"\x1b[?1016l\x1b[?1015l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l"  # the mouse
    b"\x1b[0m\x1b[?1049l\x1b[?25h\x1b[0m"  # plain text, the screen that was there before, the cursor
)
"""Undoes all that a console does to a terminal."""


def acceptable(name: bytes, value: bytes) -> bool:
    """Whether this is a variable of a terminal."""
    return name.decode("latin-1") in VARIABLES and _SAID.fullmatch(value) is not None


def described(kind: str | None, variables: Mapping[str, str]) -> dict[str, str]:
    """The terminal in the variables that programs know it by; a kind that cannot be is none."""
    said = {name: value for name, value in variables.items() if name in VARIABLES}
    if kind is not None and _SAID.fullmatch(kind.encode("ascii", "replace")):
        said["TERM"] = kind
    return said


def bounded(width: int, height: int) -> tuple[int, int]:
    """A size that can be painted; nothing said is the usual one."""
    if not width or not height:
        return USUAL
    return min(width, WIDEST), min(height, HIGHEST)


def set_size(handle: int, width: int, height: int) -> None:
    """Tells a pseudo-terminal, which tells whoever runs on it."""
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
