"""Obligations in words: each state with the instant that matters, and counts that say what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from backend.contract.messages import Arrivals, BoardLine, Due, DueState, Obligation
from ecp_tui import wording

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
        return f"until {until}, extended" if one.extended else f"due {until}"
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


def state_of(line: BoardLine) -> DueState:
    """Of a whole line: what needs somebody most."""
    return next((state for state in STATES if getattr(line, state)), "exempt")


def lines_of(items: Iterable[Obligation]) -> tuple[BoardLine, ...]:
    """One's own obligations as lines of a board, in the order they came."""
    lines: dict[tuple[str, date], list[Obligation]] = {}
    for one in items:
        lines.setdefault((one.folder, one.input_date), []).append(one)
    return tuple(
        BoardLine(
            folder=folder,
            title=those[0].title,
            input_date=input_date,
            cut_off=max(one.cut_off for one in those),
            extended=any(one.extended for one in those),
        ).model_copy(update={str(state): number for state, number in Counter(one.state for one in those).items()})
        for (folder, input_date), those in lines.items()
    )


def over(arrivals: Arrivals) -> int:
    """How many of the stretches in which files came lie behind the cut-off."""
    before = -((arrivals.begins - arrivals.cut_off) // timedelta(seconds=arrivals.seconds))
    return max(0, len(arrivals.bins) - before)
