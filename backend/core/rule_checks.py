"""What a folder's rule must be beyond its types: known functions, names that say one thing, days that can come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import permutations
from typing import Final

from backend.contract.rules.companions import COMPANIONS
from backend.contract.rules.file_names import LONGEST_NAME, check_template, plain, read_name, write_name
from backend.contract.rules.shown import shown
from backend.core.catalogue import ANY_FUNCTION, Catalogue, FolderRule, Function
from backend.core.gate import SFTP_FUNCTION

CHANNELS: Final = ("console", "http", "sftp")
_INTERACTIVE: Final = ("console", "http")
_LONGEST: Final = {"title": 80, "input_date_meaning": 40, "note": 200}
_MOST_PATTERNS: Final = 10
_MOST_DAYS: Final = 260
_MOST_AFTER: Final = 60
_MOST_MINUTES: Final = 1440
_MOST_BYTES: Final = 1 << 40
_SAMPLES: Final = tuple(
    (identity, day)
    for identity in ("ABC", "01234", "0123420", "202205", "A20220520", "012342022052")
    for day in (date(2022, 5, 31), date(2012, 12, 31), date(2031, 10, 11))
)
"""Codes that look like dates, and dates that look like codes: what a template that can be misread is misread with."""
_CODES: Final = 'codes such as ["EU_SD1"]'
RIGHT: Final = {
    "title": f"1 to {_LONGEST['title']} characters that can be shown",
    "direction": '"submission" or "download"',
    "functions": f'{_CODES}, or ["any"]',
    "channels": 'some of ["console", "http", "sftp"]',
    "all_folders": "true or false",
    "user_types": 'codes such as ["SEHK"]',
    "patterns": 'names such as ["SD1_{identity}_{date:YYYYMMDD}.csv"]',
    "input_date_meaning": f'what the date is, such as "trade date": 1 to {_LONGEST["input_date_meaning"]} characters',
    "period": '"day" or "month"',
    "trading_days_back": f"a whole number from 0 to {_MOST_DAYS}",
    "trading_days_ahead": f"a whole number from 0 to {_MOST_DAYS}",
    "cut_off": 'a table such as { at = "20:00", trading_days_after = 1 }',
    "cut_off.at": 'a time such as "20:00"',
    "cut_off.trading_days_after": f"a whole number from 0 to {_MOST_AFTER}",
    "cut_off.closes": "true where nothing is taken after it, or false",
    "cut_off.counts": '"completion" or "start"',
    "cut_off.remind": f"minutes, a whole number from 0 to {_MOST_MINUTES}",
    "window": 'two times of a day, such as ["07:00", "15:00"]',
    "size_limit": f"bytes, a whole number from 1 to {_MOST_BYTES:_}",
    "note": f"at most {_LONGEST['note']} characters that can be shown",
    "sample": "true or false",
    "companions": f"some of {', '.join(COMPANIONS)}",
    "content": "a table with columns",
}
"""By field: what a value of it is."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field, and what is right for it."""

    field: str
    words: str


def wrong_in_function(function: Function) -> Iterator[Wrong]:
    yield from _texts(function)
    by_sftp = function.code == SFTP_FUNCTION
    allowed = CHANNELS[2:] if by_sftp else _INTERACTIVE
    if not function.channels or set(function.channels) - set(allowed):
        words = f"{SFTP_FUNCTION} is for sftp alone, every other function for console and http"
        yield Wrong("channels", words)
    yield from _twice("channels", function.channels)
    if function.all_folders != by_sftp:
        yield Wrong("all_folders", f"{SFTP_FUNCTION} opens every folder, every other function those that name it")


def wrong_in_folder(rule: FolderRule, catalogue: Catalogue) -> Iterator[Wrong]:
    yield from _texts(rule)
    yield from _access(rule, catalogue)
    yield from _patterns(rule)
    yield from _days(rule)
    if not 0 < rule.size_limit <= _MOST_BYTES:
        yield Wrong("size_limit", RIGHT["size_limit"])
    if rule.direction == "download":
        for name in ("cut_off", "window", "content", "companions"):
            if getattr(rule, name):
                yield Wrong(name, "only a submission folder has one: nobody files here")


def _texts(rule: FolderRule | Function) -> Iterator[Wrong]:
    for name, longest in _LONGEST.items():
        text = getattr(rule, name, None)
        if text is not None and (shown(text) != text or len(text) > longest or not (text.strip() or name == "note")):
            yield Wrong(name, RIGHT[name])


# ── who gets in ──────────────────────────────────────────────────────────────────────────────────────────────────


def _access(rule: FolderRule, catalogue: Catalogue) -> Iterator[Wrong]:
    wrong = list(_known("functions", rule.functions, (*catalogue.functions, ANY_FUNCTION)))
    wrong += _known("channels", rule.channels, CHANNELS)
    wrong += _known("user_types", rule.user_types, tuple(catalogue.user_types))
    if ANY_FUNCTION in rule.functions and len(rule.functions) > 1:
        wrong.append(Wrong("functions", '"any" stands alone: it is every function'))
    yield from wrong
    if not wrong:
        for channel in rule.channels:
            if not any(catalogue.opens(function, rule, channel) for function in catalogue.functions):
                yield Wrong("channels", f"no function opens it on {channel}")


def _known(field: str, values: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Wrong]:
    if not values:
        yield Wrong(field, f"at least one: {RIGHT[field]}")
    for value in values:
        if value not in known:
            near = get_close_matches(value.upper(), known, 1) or get_close_matches(value.lower(), known, 1)
            help_ = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            yield Wrong(field, f"{shown(value, 40)} is unknown; {help_}")
    yield from _twice(field, values)


def _twice(field: str, values: Iterable[str]) -> Iterator[Wrong]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield Wrong(field, f"{shown(value, 40)} stands here twice")
        seen.add(value)


# ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _patterns(rule: FolderRule) -> Iterator[Wrong]:
    least = 1 if rule.direction == "submission" else 0
    if not least <= len(rule.patterns) <= _MOST_PATTERNS:
        yield Wrong("patterns", f"{least} to {_MOST_PATTERNS} of them: {RIGHT['patterns']}")
        return
    wrong = [Wrong("patterns", words) for one in rule.names if (words := _impossible(one, rule))]
    wrong += _twice("patterns", rule.patterns)
    yield from wrong or _ambiguous(rule)


def _impossible(template: str, rule: FolderRule) -> str:
    """Why no file could bear such a name; empty where one could."""
    said = shown(template, 80)
    try:
        check_template(template)
    except ValueError:
        return (
            f"{said} is no name: letters, digits, dots, spaces, _ and -, with {{identity}}, {{date:YYYYMMDD}} "
            "and {date:YYYYMM} at most once each"
        )
    if not plain(write_name(template, "0" * 12, date(2000, 1, 31))):
        return f"{said} makes names of more than {LONGEST_NAME} characters"
    if rule.period == "day" and "{date:YYYYMM}" in template:
        return f'{said} names a month, and the period is "day": write {{date:YYYYMMDD}}, or period = "month"'
    return ""


def _ambiguous(rule: FolderRule) -> Iterator[Wrong]:
    """Two templates of which one reads the other's names, and reads something else."""
    for one, other in permutations(rule.names, 2):
        for identity, day in _SAMPLES:
            name = write_name(one, identity, day)
            meant, read = read_name([one], name), read_name([other], name)
            if meant is not None and read is not None and meant != read:
                yield Wrong("patterns", f"{shown(name, 60)} fits {shown(one, 60)} and {shown(other, 60)}: no two may")
                return


# ── days and times ───────────────────────────────────────────────────────────────────────────────────────────────


def _days(rule: FolderRule) -> Iterator[Wrong]:
    for name in ("trading_days_back", "trading_days_ahead"):
        if not 0 <= getattr(rule, name) <= _MOST_DAYS:
            yield Wrong(name, RIGHT[name])
    window, cut_off = rule.window, rule.cut_off
    if window is not None and window[0] >= window[1]:
        yield Wrong("window", f"it closes after it opens, on the same day: {RIGHT['window']}")
    if cut_off is None:
        return
    for name, most in (("trading_days_after", _MOST_AFTER), ("remind", _MOST_MINUTES)):
        if not 0 <= getattr(cut_off, name) <= most:
            yield Wrong(f"cut_off.{name}", RIGHT[f"cut_off.{name}"])
    on_the_date = cut_off.closes and cut_off.trading_days_after == 0 and rule.trading_days_ahead == 0
    if window is not None and on_the_date and rule.period == "day" and cut_off.at <= window[0]:
        yield Wrong("cut_off", f"nothing could ever be filed: it closes before the folder opens at {window[0]:%H:%M}")
