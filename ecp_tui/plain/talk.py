"""What is said and asked in accessible mode: lines out, lines in; nothing is drawn, and nothing moves."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from getpass import getpass
from typing import Final, TextIO

from backend.contract.faults import Refused
from backend.contract.rules.shown import shown

LONGEST: Final = 4096
"""Characters of a line that is typed; what terminals take, too."""
_LONGEST_SAID: Final = 20_000
_LONGEST_SECRET: Final = 1024
_BACK: Final = frozenset({"0", "b"})
_YES: Final = {"y": True, "yes": True, "n": False, "no": False}
_SPOKEN: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "…": "...", "“": '"', "”": '"', "’": "'", "·": ";", "→": "to"}
)
"""Signs that voices read out or leave out, and that old terminals cannot show."""

Hidden = Callable[[str], str]
"""Asks a question whose answer is not echoed."""


class Back(Exception):
    """Whoever types wants to be one level back."""


class Gone(Exception):
    """Nobody types any more: Ctrl-D, the end of a pipe, or a terminal that was closed."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu; one that is closed to this account says why."""

    words: str
    act: Callable[[], None]
    why_not: str = ""


class Talk:
    """Each line is said whole, and harmless; a question always comes last, and every answer can be "back" or "?"."""

    def __init__(self, source: TextIO, out: TextIO, hidden: Hidden | None = None) -> None:
        """`hidden` is how a terminal asks for a password; from a pipe it is a line like any other."""
        self._source, self._out, self._hidden = source, out, hidden
        self._where: list[str] = []

    # ── out ──────────────────────────────────────────────────────────────────────────────────────────────────

    def say(self, *lines: str) -> None:
        for line in lines:
            self._out.write(f"{_spoken(line)}\n")
        self._out.flush()

    def fault(self, refused: Refused) -> None:
        """Number, what happened and remedy in one line; each finding in one of its own."""
        self.say(str(refused), *(f"{number}. {finding}" for number, finding in enumerate(refused.findings, 1)))

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """While somebody is there, "?" says so."""
        self._where.append(place)
        try:
            yield
        finally:
            self._where.pop()

    # ── in ───────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, question: str, helped: str, *, default: str | None = None) -> str:
        """What is typed, without blanks around it; `helped` is what "?" says. Enter alone is the default."""
        while True:
            typed = self._line(question)
            if typed is None:
                continue
            if typed.lower() in _BACK:
                raise Back
            if typed == "?":
                self._help(helped)
            elif typed or default is not None:
                return typed or str(default)
            else:
                self.say(f"Nothing was typed. {helped}")

    def lines(self, question: str, helped: str, enough: Callable[[str], bool]) -> str:
        """Several lines of a paste: until what came is `enough`, or an empty line ends it."""
        found = [self.ask(question, helped)]
        while not enough("\n".join(found)) and len(found) < LONGEST:
            if not (more := self._read()):
                break
            found.append(more)
        return "\n".join(found)

    def secret(self, question: str) -> str:
        """A password as it is typed; here neither 0 nor ? means anything. An empty one goes back."""
        while True:
            typed = self._ask_hidden(question) if self._hidden else self._asked(question)
            if not typed:
                raise Back
            if len(typed) <= _LONGEST_SECRET:
                return typed
            self.say(f"That is longer than {_LONGEST_SECRET:,} characters: nothing of it was taken.")

    def yes(self, question: str, helped: str) -> bool:
        while True:
            typed = self.ask(f"{question} yes or no?", helped).lower()
            if typed in _YES:
                return _YES[typed]
            self.say("Type yes or no.")

    def number(
        self, question: str, most: int, helped: Callable[[], None], also: Mapping[str, str] | None = None
    ) -> str:
        """A number from 1 to `most`, or one of the other words, as it was typed; "?" lists what there is."""
        others = also or {}
        while True:
            typed = (self._line(question) or "").lower()
            if typed in _BACK:
                raise Back
            if typed in others:
                return typed
            if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most:
                return str(int(typed))
            if typed == "?":
                self._help(_typeable(most, others))
                helped()
            else:
                said = f"There is no {shown(typed, 40)} here." if typed else "Nothing was typed."
                self.say(f"{said} Type {_typeable(most, others)}")

    def pick(self, question: str, items: Sequence[str]) -> int:
        """Which of these: its place, from 0."""

        def listed() -> None:
            self.say(*numbered(items))

        listed()
        return int(self.number(question, len(items), listed)) - 1

    def menu(self, title: str, options: Callable[[], Sequence[Option]], leaving: str = "Back") -> None:
        """Offers them until somebody goes back. What is refused is said, and everything else goes on."""

        def listed() -> None:
            lines = (f"{one.words}: not for you, {one.why_not}" if one.why_not else one.words for one in options())
            self.say(*numbered(lines), f"0. {leaving}.")

        with self.at(title):
            self.say(f"{title}.")
            listed()
            while True:
                found = options()
                option = found[int(self.number(f"{title}, which number?", len(found), listed)) - 1]
                if option.why_not:
                    self.say(f"{option.words}: not for you, {option.why_not}.")
                else:
                    self.attempt(option.act)

    def attempt(self, act: Callable[[], None]) -> None:
        """Does something; going back and what is refused end here."""
        try:
            act()
        except (Back, KeyboardInterrupt):
            return
        except Refused as refused:
            self.fault(refused)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _help(self, helped: str) -> None:
        self.say(f"You are at: {', '.join(self._where) or 'the start'}. Type {helped}")
        self.say("0 or b, then Enter: one step back; Ctrl-C as well. Ctrl-D: leave.")

    def _line(self, question: str) -> str | None:
        """One line as text; `None` where it is none, which is said."""
        typed = self._asked(question)
        if len(typed) > LONGEST:
            self.say(f"That line is longer than {LONGEST:,} characters: nothing of it was taken.")
            return None
        typed = typed.replace("\t", " ").strip()
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in typed):
            self.say("That line holds keys that are no text, such as arrows: nothing of it was taken.")
            return None
        return typed

    def _asked(self, question: str) -> str:
        self._out.write(f"{_spoken(question)} ")
        self._out.flush()
        return self._read()

    def _ask_hidden(self, question: str) -> str:
        with self._interrupted():
            return self._hidden(f"{_spoken(question)} ") if self._hidden else ""

    def _read(self) -> str:
        """A line without its end; of one that is too long just enough to tell."""
        with self._interrupted():
            line = self._source.readline(LONGEST + 2)
            if not line:
                raise EOFError
            rest = line
            while rest and not rest.endswith("\n"):
                rest = self._source.readline(LONGEST)
        return line.rstrip("\r\n")

    @contextmanager
    def _interrupted(self) -> Iterator[None]:
        """What is said next begins on a line of its own."""
        try:
            yield
        except KeyboardInterrupt:
            self.say("")
            raise Back from None
        except (EOFError, OSError):
            with suppress(OSError):
                self.say("")
            raise Gone from None


def numbered(items: Iterable[str], first: int = 1) -> Iterator[str]:
    return (f"{number}. {item}" for number, item in enumerate(items, first))


def standard() -> Talk:
    """With whoever is at standard input, be it a terminal or a pipe."""
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="surrogateescape" if stream is sys.stdin else "replace")
    hidden = (lambda question: getpass(question, sys.stdout)) if sys.stdin.isatty() else None
    return Talk(sys.stdin, sys.stdout, hidden)


def _typeable(most: int, others: Mapping[str, str]) -> str:
    words = [f"a number from 1 to {most}" if most > 1 else "1"] if most else []
    words += [f"{letter} for {meaning}" for letter, meaning in others.items()]
    return f"{', '.join([*words, '0 to go back'])}, then Enter."


def _spoken(line: str) -> str:
    return shown(line.translate(_SPOKEN), _LONGEST_SAID)
