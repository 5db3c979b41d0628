"""A dry run: what a folder's rule would have done to the files of the last 90 days. Pure; contents are not read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from backend.contract.faults import (
    DISAGREE,
    EMPTY,
    OUTSIDE_WINDOW,
    TOO_LARGE,
    UNKNOWN_FOLDER,
    Refused,
    refusal,
)
from backend.contract.messages import PastName
from backend.contract.rules.file_names import agree
from backend.contract.rules.shown import shown
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule

PAST: Final = timedelta(days=90)
MOST_PAST: Final = 20_000
MOST_NAMED: Final = 50
_BY_RULE: Final = frozenset(one.number for one in (DISAGREE, TOO_LARGE, EMPTY, OUTSIDE_WINDOW, UNKNOWN_FOLDER))
"""What the rule alone decides, without a look at the file."""


@dataclass(frozen=True, slots=True)
class PastFile:
    """A file that came, or was published: when it came, whose it was, and for which fault it was refused, if it was."""

    file_name: str
    identity_code: str
    input_date: date
    at: datetime
    started: datetime | None = None
    """When its bytes began to come."""
    size: int | None = None
    user_type: str | None = None
    fault: int | None = None


@dataclass(slots=True)
class Trial:
    """Files that stay accepted, and those judged otherwise; of many the newest."""

    stay: int = 0
    lost: list[PastName] = field(default_factory=list)
    won: list[PastName] = field(default_factory=list)


def tried(rule: FolderRule, past: Iterable[PastFile], calendar: Calendar) -> Trial:
    """Judges each by name, size, date, instant and user type, as it came."""
    trial = Trial()
    for one in past:
        refused = judged(rule, one, calendar)
        if one.fault is None and refused is None:
            trial.stay += 1
        elif one.fault is None and refused is not None:
            trial.lost.append(_named(one, refused))
        elif one.fault in _BY_RULE and refused is None:
            trial.won.append(_named(one, refusal(one.fault, {})))
    return trial


def judged(rule: FolderRule, past: PastFile, calendar: Calendar) -> Refused | None:
    """Why the rule would refuse this file; `None` where it would take it."""
    try:
        if past.user_type is not None and past.user_type not in rule.user_types:
            raise Refused(UNKNOWN_FOLDER, folder=rule.code)
        if rule.names:
            agree(rule.code, rule.names, past.file_name, past.identity_code, past.input_date)
        if rule.direction == "submission":
            _refuse_size(rule, past)
            rule.refuse_outside(past.input_date, past.at, calendar, past.identity_code, past.started)
    except Refused as refused:
        return refused
    return None


def _refuse_size(rule: FolderRule, past: PastFile) -> None:
    limit = rule.limit_of(past.file_name)
    if past.size is not None and past.size > limit:
        raise Refused(TOO_LARGE, size=f"{past.size:,}", folder=rule.code, limit=f"{limit:,}")


def _named(past: PastFile, refused: Refused) -> PastName:
    return PastName(
        file_name=shown(past.file_name, 200),
        identity_code=shown(past.identity_code, 20),
        input_date=past.input_date,
        at=past.at,
        number=refused.number,
        why=refused.what if past.fault is None else refused.title,
    )
