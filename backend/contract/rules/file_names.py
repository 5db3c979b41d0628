"""File names: templates compiled to exact patterns, what a name says, and whether it agrees with what was chosen.

Templates hold `{identity}`, `{date:YYYYMMDD}` (or `{date}`) and `{date:YYYYMM}`, each at most once; everything else
is literal. A month template stands for the last day of its month.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from backend.contract.faults import DISAGREE, Refused
from backend.contract.rules.shown import shown

LONGEST_NAME: Final = 200
_FIELD = re.compile(r"\{(identity|date|date:YYYYMMDD|date:YYYYMM)\}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,199}", re.ASCII)
IDENTITY_CODE = re.compile(r"[A-Z0-9]{3,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NameReading:
    """What a file name says of itself; `None` where its template has no such field."""

    identity_code: str | None
    input_date: date | None


def plain(file_name: str) -> bool:
    """Whether the name is one any folder could take: printable ASCII, at most 200 bytes, no path in it."""
    return _PLAIN_NAME.fullmatch(file_name) is not None and ".." not in file_name


def read_name(templates: Sequence[str], file_name: str) -> NameReading | None:
    """What `file_name` says under the first template that matches it exactly; `None` if none does."""
    if not plain(file_name):
        return None
    for template in templates:
        found = _compiled(template).fullmatch(file_name)
        if found is None:
            continue
        parts = found.groupdict()
        day = _day(parts.get("day"), parts.get("month"))
        if day is None and ("day" in parts or "month" in parts):
            continue
        return NameReading(parts.get("identity"), day)
    return None


def write_name(template: str, identity_code: str, input_date: date) -> str:
    """The name a file of this identity and date bears under `template`."""
    day = input_date.isoformat().replace("-", "")
    words = {"identity": identity_code, "date": day, "date:YYYYMMDD": day, "date:YYYYMM": day[:6]}
    return _FIELD.sub(lambda field: words[field[1]], template)


def best_template(templates: Sequence[str], file_name: str) -> str:
    """The template whose literal beginning and ending are most like the name's: the right name follows it."""

    def likeness(template: str) -> tuple[bool, int, bool]:
        lead, end = template.split("{", 1)[0], template.rsplit("}", 1)[-1]
        return file_name.startswith(lead), len(lead), file_name.endswith(end)

    return max(templates, key=likeness)


def agree(folder: str, templates: Sequence[str], file_name: str, identity_code: str, input_date: date) -> None:
    """Refuses with 4505 (FAQ Q24) unless name, folder, identity and input date agree.

    The refusal's values: `reason` (name, identity_code or input_date), `in_name`, `chosen`, `right_name`.
    """
    right_name = write_name(best_template(templates, file_name), identity_code, input_date)
    reading = read_name(templates, file_name)
    if reading is None:
        raise Refused(
            DISAGREE,
            reason="file_name",
            in_name=shown(file_name, 60),
            chosen=folder,
            right_name=right_name,
            what=f"The name {shown(file_name, 60)} is not one that folder {folder} takes.",
            fix=f"Rename the file to {right_name}, or choose another file.",
        )
    if reading.identity_code is not None and reading.identity_code != identity_code:
        raise Refused(
            DISAGREE,
            reason="identity_code",
            in_name=reading.identity_code,
            chosen=identity_code,
            right_name=right_name,
            what=f"The name says identity {reading.identity_code}, the identity chosen is {identity_code}.",
            fix=f"Choose identity {reading.identity_code}, or rename the file to {right_name}.",
        )
    if reading.input_date is not None and reading.input_date != input_date:
        raise Refused(
            DISAGREE,
            reason="input_date",
            in_name=reading.input_date.isoformat(),
            chosen=input_date.isoformat(),
            right_name=right_name,
            what=f"The name says {reading.input_date}, the input date says {input_date}.",
            fix=f"Set the input date to {reading.input_date}, or rename the file to {right_name}.",
        )


def check_template(template: str) -> None:
    """Raises `ValueError` unless `template` is one the catalogue may hold."""
    fields = [field.split(":")[0] for field in _FIELD.findall(template)]
    if len(fields) != len(set(fields)) or re.search(r"[{}]", _FIELD.sub("", template)):
        raise ValueError(f"file name template {template!r}: unknown or repeated field")
    if not plain(write_name(template, "0" * 5, date(2000, 1, 31))):
        raise ValueError(f"file name template {template!r}: not a plain name")


@lru_cache(maxsize=512)
def _compiled(template: str) -> re.Pattern[str]:
    groups = {
        "identity": rf"(?P<identity>{IDENTITY_CODE.pattern})",
        "date": r"(?P<day>[0-9]{8})",
        "date:YYYYMMDD": r"(?P<day>[0-9]{8})",
        "date:YYYYMM": r"(?P<month>[0-9]{6})",
    }
    pieces: list[str] = []
    end = 0
    for field in _FIELD.finditer(template):
        pieces += [re.escape(template[end : field.start()]), groups[field[1]]]
        end = field.end()
    return re.compile("".join(pieces) + re.escape(template[end:]), re.ASCII)


def _day(day: str | None, month: str | None) -> date | None:
    try:
        if day is not None:
            return datetime.strptime(day, "%Y%m%d").date()
        if month is not None:
            first = datetime.strptime(month, "%Y%m").date()
            return first.replace(day=monthrange(first.year, first.month)[1])
    except ValueError:
        return None
    return None
