"""What people paste: a SHA-256 in the words of its tool, paths in the quoting of their shell, codes of mails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.codes import grouped, read_code

MOST: Final = 65536
"""Characters from which on a paste is neither a path nor a hash."""
_DIGITS: Final = 64
_WHOLE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])")
_PAIRS = re.compile(r"(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){31}(?![0-9A-Za-z:-])")
_GROUP = re.compile(r"(?:[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{8}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})")
_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]+(?![0-9A-Za-z])")
_GROUPS = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{4}(?:[-\s]{1,3}[0-9A-Za-z]{4}){5}(?![0-9A-Za-z])")
_BEFORE_CODE = re.compile(r"#|\brecover\b", re.IGNORECASE)
_LONGEST_CODE: Final = 200
_OTHER_HASHES: Final = {32: "an MD5", 40: "a SHA-1", 96: "a SHA-384", 128: "a SHA-512"}


def find_hash(text: str) -> str:
    """The one SHA-256 in the output of certutil, sha256sum, shasum, Get-FileHash or the like, in lower case.

    Groups of 2, 4, 8, 16 or 32 digits are put together. Refuses where there is none, or several that differ.
    """
    if len(text) > MOST:
        raise Refused(NOT_UNDERSTOOD, what="That is too long a text to look for a SHA-256 in.")
    found: set[str] = {value.lower() for value in _WHOLE.findall(text)}
    found |= {re.sub(r"[:-]", "", value).lower() for value in _PAIRS.findall(text)}
    if not found:
        found = {run for run in _runs(text) if len(run) == _DIGITS}
    if not found:
        found = set(_grouped(text.split())) or {value for line in text.splitlines() for value in _grouped(line.split())}
    if len(found) == 1:
        return found.pop()
    if found:
        raise Refused(NOT_UNDERSTOOD, what=f"The text holds {len(found)} different SHA-256 values: paste only one.")
    raise Refused(NOT_UNDERSTOOD, what=_why_none(text))


def _grouped(words: Iterable[str]) -> Iterator[str]:
    """Each run of equally long hexadecimal words that makes exactly 64 digits."""
    for length, run in groupby(words, lambda word: len(word) if _GROUP.fullmatch(word) else 0):
        joined = "".join(run)
        if length and len(joined) == _DIGITS:
            yield joined.lower()


def _runs(text: str) -> Iterator[str]:
    """Each line's runs of hexadecimal words, however long each word is, put together."""
    for line in text.splitlines():
        for hexadecimal, run in groupby(line.split(), lambda word: bool(_RUN.fullmatch(word))):
            if hexadecimal:
                yield "".join(run).lower()


def _why_none(text: str) -> str:
    longest = max((len(run) for run in (*_RUN.findall(text), *_runs(text))), default=0)
    if longest in _OTHER_HASHES:
        return f"That is {_OTHER_HASHES[longest]} value; ask your tool for SHA-256, which has 64 digits."
    if _DIGITS // 2 < longest < _DIGITS:
        return f"{_DIGITS - longest} of the 64 digits of a SHA-256 are missing."
    return "No SHA-256 was found: it has 64 digits, 0 to 9 and a to f."


def find_paths(text: str, *, windows: bool = os.name == "nt") -> list[Path]:
    """The paths in a paste: quoted, escaped, `file://`, one or several; a name with bare spaces if it exists."""
    found: list[Path] = []
    for line in text.splitlines():
        bare = line.strip()
        if not bare:
            continue
        whole = _at_home(bare)
        words = [bare] if _is_file(whole) else _words(bare, windows=windows)
        found += [_path(word, windows=windows) for word in words]
    return list(dict.fromkeys(found))


def last_part(text: str) -> str:
    """The name in a path of any system, however it was typed or pasted; nothing is looked up."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "").strip("'\"")
    bare = unquote(line) if line.lower().startswith("file://") else line
    return re.split(r"[/\\]", bare.rstrip("/\\"))[-1]


def _words(line: str, *, windows: bool) -> list[str]:
    """As a shell would split it, but an open quote is taken as it stands; on Windows `\\` is no escape."""
    words: list[str] = []
    word, quote, escaped, begun = "", "", False, False
    for character in line:
        if escaped:
            word, escaped = word + character, False
        elif character == "\\" and not windows and quote != "'":
            escaped = begun = True
        elif quote:
            word, quote = (word, "") if character == quote else (word + character, quote)
        elif character in "\"'" and (not begun or not windows):
            quote, begun = character, True
        elif character.isspace():
            words += [word] if begun else []
            word, begun = "", False
        else:
            word, begun = word + character, True
    return [*words, word] if begun else words


def _path(word: str, *, windows: bool) -> Path:
    if not word.lower().startswith("file://"):
        return _at_home(word)
    name = "/" + unquote(word[len("file://") :].partition("/")[2])
    return Path(name[1:] if windows and re.match(r"/[A-Za-z]:", name) else name)


def _at_home(word: str) -> Path:
    try:
        return Path(word).expanduser()
    except RuntimeError:  # "~somebody", who has no home here
        return Path(word)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def find_code(text: str) -> str | None:
    """The code in a whole mail, in its line or in its link, in groups of four; `None` where there is no whole one."""
    for found in (text, *_GROUPS.findall(text[:MOST])):
        try:
            return grouped(read_code(found))
        except Refused:
            continue
    return None


def code_in(text: str) -> str:
    """`find_code`; else what stands where a code would, to be told what is wrong with it."""
    return find_code(text) or " ".join(_BEFORE_CODE.split(text)[-1].split())[:_LONGEST_CODE]


_MOMENT = re.compile(r"(?:(\d{4}-\d\d-\d\d)[T\s]+)?(\d{1,2})[:.](\d\d)", re.ASCII)


def find_moment(text: str, near: datetime) -> datetime | None:
    """The instant that 22:00 or 2026-11-23 22:00 means on the wall clock of `near`, whose day the first one takes."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    day, hour, minute = found.groups()
    try:
        on = datetime.fromisoformat(day).date() if day else near.date()
        return datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=near.tzinfo)
    except ValueError:
        return None
