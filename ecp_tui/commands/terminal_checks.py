"""What `ecp doctor` says of the terminal: its size, its colours and why, its glyphs, and its clipboard."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from rich.console import Console

from backend.contract.findings import Finding
from backend.contract.rules.shown import shown
from ecp_tui.config import Config
from ecp_tui.widgets.filters import needs_ascii

_DESIGNED: Final = (80, 24)
_LEAST: Final = (40, 12)
_ANSWER_SECONDS: Final = 0.5
_LONGEST_ANSWER: Final = 64
_COLOURS: Final = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}
_NO_OSC_52: Final = {"Apple_Terminal": "Apple's Terminal"}


def terminal(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """All of it, from what the terminal or, over SSH, its client said of itself."""
    on_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    yield _terminal(config, environ, on_terminal)
    if on_terminal:
        yield _size(*shutil.get_terminal_size())
    yield _colours(environ)
    yield _glyphs(config, environ, cells("●") if on_terminal and environ.get("TERM") != "dumb" else None)
    yield _clipboard(environ)


def _terminal(config: Config, environ: Mapping[str, str], on_terminal: bool) -> Finding:
    term = environ.get("TERM", "")
    program = environ.get("TERM_PROGRAM")
    said = f"{shown(term, 40) or 'TERM is not set'}{f', {shown(program, 40)}' if program else ''}"
    if not on_terminal:
        remedy = "Add -t to ssh." if config.served is not None else "Run ecp doctor in the terminal."
        return Finding("terminal", "warning", f"{said}; input or output is not one", remedy)
    if term in {"", "dumb"} and os.name != "nt":
        return Finding("terminal", "problem", said, "Set TERM to what it is, such as xterm-256color.")
    return Finding("terminal", "ok", said)


def _size(columns: int, rows: int) -> Finding:
    said = f"{columns} × {rows}"
    if columns < _LEAST[0] or rows < _LEAST[1]:
        return Finding("size", "problem", said, "Enlarge the window: the console needs 40 × 12, and likes 80 × 24.")
    if columns < _DESIGNED[0] or rows < _DESIGNED[1]:
        return Finding("size", "warning", f"{said}; columns give way below 80 × 24", "Enlarge the window to 80 × 24.")
    return Finding("size", "ok", said)


def _colours(environ: Mapping[str, str]) -> Finding:
    """As the console will find it."""
    if environ.get("NO_COLOR"):
        return Finding("colours", "ok", "none, as NO_COLOR asks")
    system = Console(force_terminal=True, legacy_windows=False, _environ=environ).color_system
    why = "COLORTERM" if environ.get("COLORTERM", "") in {"truecolor", "24bit"} else "TERM"
    said = f"{_COLOURS.get(system or '', 'none')}, by {why}={shown(environ.get(why, ''), 40)}"
    if system in {None, "standard"}:
        return Finding("colours", "warning", said, "Set TERM to xterm-256color if the terminal has 256 colours.")
    return Finding("colours", "ok", said)


def _glyphs(config: Config, environ: Mapping[str, str], width: int | None) -> Finding:
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "no locale"
    chosen = "ascii" if needs_ascii(config.glyphs, environ) else "unicode"
    how = "as set" if config.glyphs != "auto" else f"by {shown(locale, 40)}"
    said = f"{chosen}, {how}{'' if width is None else f'; ● takes {width} cell' + ('s' if width != 1 else '')}"
    if chosen == "unicode" and width not in (None, 1):
        return Finding("glyphs", "problem", said, 'Set ECP_GLYPHS=ascii, or glyphs = "ascii" in the settings.')
    if chosen == "ascii" and config.glyphs == "auto" and width == 1:
        return Finding("glyphs", "warning", said, "Set LANG to a UTF-8 locale, such as C.UTF-8, for ● ◐ ○ ✕.")
    return Finding("glyphs", "ok", said)


def _clipboard(environ: Mapping[str, str]) -> Finding:
    program = environ.get("TERM_PROGRAM", "")
    if program in _NO_OSC_52:
        remedy = "Select text with the mouse (% turns the console's mouse off), or use another terminal."
        return Finding("clipboard", "warning", f"{_NO_OSC_52[program]} takes nothing by OSC 52", remedy)
    if environ.get("TMUX") or environ.get("TERM", "").startswith(("tmux", "screen")):
        remedy = "In tmux: set -s set-clipboard on. In screen, select text with the mouse."
        return Finding("clipboard", "warning", "c copies by OSC 52; tmux and screen may keep it to themselves", remedy)
    return Finding("clipboard", "ok", "c copies by OSC 52; whether it arrived only the terminal knows")


# ── how wide a character is ──────────────────────────────────────────────────────────────────────────────────────


def cells(character: str) -> int | None:
    """How many cells the terminal gives it: by where its cursor then stands. `None` where it does not say."""
    if os.name == "nt":
        return None
    try:
        with _unbuffered():
            sys.stdout.write(f"\r{character}\x1b[6n")
            sys.stdout.flush()
            answer = _answer()
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()
    except (OSError, subprocess.SubprocessError):
        return None
    column = answer.rpartition(";")[2].removesuffix("R")
    return int(column) - 1 if answer.startswith("\x1b[") and column.isdigit() else None


@contextmanager
def _unbuffered() -> Iterator[None]:
    """The terminal gives each byte at once and shows none; stty, as every system with terminals but Windows has it."""
    before = _stty("-g").strip()
    _stty("-icanon", "-echo", "min", "0", "time", "0")
    try:
        yield
    finally:
        _stty(before)


def _stty(*words: str) -> str:
    ran = subprocess.run(["stty", *words], capture_output=True, text=True, check=True, stdin=sys.stdin, timeout=5)  # noqa: S603, S607 - the system's own, with words of ours
    return ran.stdout


def _answer() -> str:
    said = ""
    while not said.endswith("R") and len(said) < _LONGEST_ANSWER:
        ready, _, _ = select.select([sys.stdin], [], [], _ANSWER_SECONDS)
        read = os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") if ready else ""
        if not read:
            break
        said += read
    return said
