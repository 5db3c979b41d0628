"""What a file's rows are against what its folder expects of them: the first that is not so, and how many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from backend.contract.rules.content import Column, Finding
from backend.contract.rules.content_pattern import numbers_within
from backend.contract.rules.content_values import said
from backend.contract.rules.expectations import Expectation, Unexpected

MOST_COUNTED: Final = 10_000
"""Rows that are counted of one expectation: those behind them are passed as if it were not there."""


@dataclass(slots=True)
class _Seen:
    """One expectation of a column, and the rows that do not meet it."""

    expectation: Expectation
    column: Column
    first: str = ""
    rows: int = 0

    @property
    def watched(self) -> bool:
        return self.rows < MOST_COUNTED


class Watch:
    """Told the columns once, then every value that is right by itself; it never holds a file back."""

    def __init__(self, expect: Sequence[Expectation], input_date: date | None) -> None:
        """Without an `input_date` nothing is expected to be it."""
        self.narrow: tuple[Column, ...] = ()
        """The columns of the file as a row has to keep them that can be passed unread."""
        self.forms: tuple[str, ...] = ()
        """For each a pattern of its values that are as expected; empty where any right one is."""
        self._expect = [one for one in expect if one.check != "input_date" or input_date is not None]
        self._day = input_date.isoformat() if input_date is not None else ""
        self._columns: Sequence[Column] = ()
        self._seen: dict[int, list[_Seen]] = {}

    def begin(self, columns: Sequence[Column]) -> None:
        """The header was read."""
        self._columns = columns
        places = {column.name: place for place, column in enumerate(columns, 1)}
        for one in self._expect:
            if place := places.get(one.column):
                self._seen.setdefault(place, []).append(_Seen(one, columns[place - 1]))
        self._narrow()

    def look(self, line: int, place: int, value: str) -> None:
        """One value; `place` counts from 1."""
        for seen in self._seen.get(place, ()):
            if (wrong := self._wrong(seen, value)) is None:
                continue
            seen.rows += 1
            seen.first = seen.first or str(Finding(line, wrong, place, seen.column.name))
            if not seen.watched:
                self._narrow()

    def found(self, rows: int) -> tuple[Unexpected, ...]:
        """All that is not as expected, in the order of the rule, once all `rows` have come."""
        seen = {one.expectation.code: one for all_ in self._seen.values() for one in all_}
        found = ((one.code, _words(one, seen.get(one.code), rows)) for one in self._expect)
        return tuple(Unexpected(code, words) for code, words in found if words)

    def _wrong(self, seen: _Seen, value: str) -> str | None:
        one = seen.expectation
        if not seen.watched or (not value and one.check != "filled"):
            return None
        if one.check == "filled":
            return None if value else "empty, expected a value"
        if one.check == "input_date":
            return None if value == self._day else f"{said(seen.column, value)}, expected the input date {self._day}"
        return None if _within(one, value) else f"{said(seen.column, value)}, expected {one.bounds}"

    def _narrow(self) -> None:
        """What is counted no longer lets its rows pass again."""
        watched = [
            [seen.expectation for seen in self._seen.get(place, ()) if seen.watched]
            for place in range(1, len(self._columns) + 1)
        ]
        columns = list(zip(self._columns, watched, strict=True))
        filled = [any(one.check == "filled" for one in all_) for all_ in watched]
        self.narrow = tuple(
            replace(column, empty=column.empty and not never)
            for column, never in zip(self._columns, filled, strict=True)
        )
        self.forms = tuple("".join(self._form(column, one) for one in all_) for column, all_ in columns)

    def _form(self, column: Column, one: Expectation) -> str:
        if one.check == "input_date":
            return re.escape(self._day)
        return numbers_within(one.least, one.most, whole=column.kind == "integer") if one.check == "range" else ""


def _within(one: Expectation, value: str) -> bool:
    number = Decimal(value)
    least, most = (None if bound is None else Decimal(str(bound)) for bound in (one.least, one.most))
    return (least is None or number >= least) and (most is None or number <= most)


def _words(one: Expectation, seen: _Seen | None, rows: int) -> str:
    """Nothing where all is as expected."""
    if one.check == "rows":
        within = (one.least is None or rows >= one.least) and (one.most is None or rows <= one.most)
        return "" if within else f"Rows: {rows:,}, expected {one.bounds}"
    if seen is None:
        return f"Column {one.column}: missing, expected in every row" if one.check == "filled" else ""
    if seen.rows < 2:  # noqa: PLR2004  the first is said by itself
        return seen.first
    least = "" if seen.watched else "at least "
    return f"{seen.first}; {least}{seen.rows - 1:,} more row{'s' * (seen.rows > 2)}"  # noqa: PLR2004  more than one
