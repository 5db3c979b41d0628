"""Lines for a terminal of the person's own: a command over SSH, with a file as its input or output."""

from __future__ import annotations

import re
import shlex
from typing import Final, NamedTuple

_ODD: Final = re.compile(r"""["'%^&|<>$`!]""")
"""What no quoting carries through PowerShell and cmd alike."""


_PLAIN: Final = re.compile(r"[A-Za-z0-9 .,:;()_/+-]*", re.ASCII)
"""What double quotes keep as it is."""


class Lines(NamedTuple):
    """The same for the shells there are; PowerShell's is empty where it has no way to say it."""

    shell: str
    powershell: str


def quoted_twice(words: str) -> str:
    """Words within a command: the shell takes off one quoting, and what reads the line behind ssh the other."""
    once = shlex.quote(words)
    if once == words:
        return words
    return f'"{once}"' if _PLAIN.fullmatch(words) else shlex.quote(once)


def lines(command: str, sign: str, name: str) -> Lines:
    """`command` with the file of this name as its input, `<`, or its output, `>`.

    PowerShell knows no `<`, and its `>` writes text in UTF-16: there, cmd does it.
    """
    quoted = shlex.quote(name)
    shell = f"{command} {sign} {quoted}"
    if _ODD.search(command):
        return Lines(shell, "")
    if quoted == name:
        return Lines(shell, f'cmd /c "{shell}"')
    windows = "FILE" if _ODD.search(name) else f'"{name}"'
    return Lines(shell, f"cmd /c '{command} {sign} {windows}'")
