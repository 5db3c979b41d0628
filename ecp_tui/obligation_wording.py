"""Obligations in words: each state with the instant that matters, and counts that say what they count."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final

from ecp_tui import wording

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import BoardLine, Due, DueState, Obligation

NOT_FILED: Final[tuple[DueState, ...]] = ("missing", "due")
STATES: Final[tuple[DueState, ...]] = (*NOT_FILED, "late", "received", "exempt")
"""What needs somebody stands first."""
_SAID: Final = {"received": "in time"}


def at(instant: datetime, zone: tzinfo, now: datetime) -> str:
    """20:00, or with its day where that is not today."""
    same_day = instant.astimezone(zone).date() == now.astimezone(zone).date()
    return wording.clock(instant, zone) if same_day else wording.when(instant, zone).strip()


def state_words(one: Obligation | Due, zone: tzinfo, now: datetime) -> str:
    """Its state and what belongs to it: until 22:00, extended."""
    if one.received is not None and one.state in ("received", "late"):
        return f"{one.state} {at(one.received, zone, now)}"
    if one.state == "exempt":
        return f"exempt: {one.reason}" if one.reason else "exempt"
    until = at(one.cut_off, zone, now)
    if one.state == "due":
        return f"until {until}, extended" if one.extended else f"due until {until}"
    return f"missing since {until}"


def left(cut_off: datetime, now: datetime) -> str:
    """4 h 19 min left, or how long it has been over."""
    seconds = (cut_off - now).total_seconds()
    return f"{wording.duration(seconds)} left" if seconds > 0 else f"over for {wording.duration(-seconds)}"


def counts(line: BoardLine) -> list[tuple[DueState, str]]:
    """Each state of which there is any, with its number: 3 missing, 2 in time."""
    numbers = {state: getattr(line, state) for state in STATES}
    return [
        (state, f"{wording.count(number)} {_SAID.get(state, state)}") for state, number in numbers.items() if number
    ]


def filed(line: BoardLine) -> str:
    """2 of 5: how many have filed of those who must."""
    done = line.received + line.late
    return f"{wording.count(done)} of {wording.count(done + line.due + line.missing)}"
