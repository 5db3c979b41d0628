"""Human words for sizes, counts, hashes, times and states."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Activity


_UNITS: Final = ("KB", "MB", "GB", "TB")
_KILO: Final = 1000
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
ONE_SECOND: Final = timedelta(seconds=1)


def state_word(activity: Activity) -> str:
    """The state's own word, except that a refusal is known by the number of its fault."""
    return str(activity.fault) if activity.state == "refused" and activity.fault is not None else activity.state


def findings_word(activity: Activity) -> str:
    """How much in it is not as expected, and whether that was explained; empty where all is as expected."""
    if not activity.findings:
        return ""
    explained = "explained" if activity.explanation is not None else "not explained"
    return f"{count(len(activity.findings), 'finding')}, {explained}"


def count(number: int, noun: str = "", *, more: bool = False) -> str:
    """1,234 or, with a noun, "1 file", "2 files"; `more` says that counting stopped there."""
    text = f"{number:,}{'+' if more else ''}"
    if not noun:
        return text
    return f"{text} {noun}" if number == 1 and not more else f"{text} {noun}s"


def size(number: float) -> str:
    """Bytes in the unit a person reads: 812 bytes, 42.0 KB, 2.1 GB."""
    if number < _KILO:
        return count(int(number), "byte")
    power = 1
    while power < len(_UNITS) and round(number / _KILO**power, 1) >= _KILO:
        power += 1
    return f"{number / _KILO**power:,.1f} {_UNITS[power - 1]}"


def part(done: int, whole: int) -> str:
    """How much of how much, in one unit: 1.2 of 2.0 GB, 812 of 900 bytes."""
    number, _, unit = size(whole).partition(" ")
    power = _UNITS.index(unit) + 1 if unit in _UNITS else 0
    so_far = f"{done / _KILO**power:,.1f}" if power else count(done)
    return f"{so_far} of {number} {unit}"


def size_exact(number: int) -> str:
    """The unit a person reads, and the bytes to compare: 42.0 KB (41,992 bytes)."""
    return size(number) if number < _KILO else f"{size(number)} ({count(number, 'byte')})"


def rate(bytes_a_second: float) -> str:
    return f"{size(bytes_a_second)}/s"


def share(done: float, whole: float) -> str:
    """43 %."""
    return f"{done / whole if whole else 1:.0%}".replace("%", " %")


def hash_groups(sha256: str) -> list[str]:
    """Groups of 16, for two lines of two or four lines of one."""
    return [sha256[start : start + 16] for start in range(0, len(sha256), 16)]


def hash_short(sha256: str | None) -> str:
    return sha256[:8] if sha256 else "–"


def duration(seconds: float) -> str:
    """2 d 3 h, 4 h 19 min, 14 min, 38 s."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def eta(seconds: float) -> str:
    """As `duration`, by the second below ten minutes: 3 min 5 s."""
    whole = max(0, int(seconds))
    if _MINUTE <= whole < 10 * _MINUTE:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return duration(whole)


def when(instant: datetime, zone: tzinfo, *, seconds: bool = False, year: bool = False) -> str:
    """22 Nov 15:41 in the deployment's zone."""
    local = instant.astimezone(zone)
    day = f"{local.day:>2} {local:%b %Y}" if year else f"{local.day:>2} {local:%b}"
    return f"{day} {local:%H:%M:%S}" if seconds else f"{day} {local:%H:%M}"


def clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"


def moment(instant: datetime, zone: tzinfo) -> str:
    """2026-11-23 20:00 HKT, where a line must say all of it."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M} {zone_name(instant, zone)}"


def zone_name(instant: datetime, zone: tzinfo) -> str:
    """HKT; where the zone has no letters, its offset."""
    name = instant.astimezone(zone).tzname() or "UTC"
    return name if name[:1].isalpha() else f"UTC{name}"


def day(value: date) -> str:
    """2026-11-20 (Fri)."""
    return f"{value.isoformat()} ({value:%a})"


def replaced(activity: Activity, zone: tzinfo, now: datetime) -> str:
    """The version before, as a person recognises it: of 15:12 (9129d713…)."""
    same_day = activity.at.astimezone(zone).date() == now.astimezone(zone).date()
    moment = clock(activity.at, zone) if same_day else when(activity.at, zone).strip()
    return f"of {moment} ({hash_short(activity.sha256)}…)"


def cells(text: str) -> int:
    """Columns that the text takes in a terminal: East Asian wide characters take two."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
