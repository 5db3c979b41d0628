"""Rows that are plainly right, as one pattern over bytes: many are passed at once, only the others are read one by one.

What it matches is right; what it does not match may be right all the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from backend.contract.rules.content import Column

_CONTROL: Final = r"\x00-\x1f\x7f"
_HIGH: Final = r"\x80-\xff"
_YEAR: Final = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP: Final = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DATE: Final = (
    rf"(?:{_YEAR}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    rf"|{_LEAP}-02-29)"
)
_DATE_CELLS: Final = 10


@lru_cache(maxsize=64)
def right_rows(
    columns: tuple[Column, ...], mark: str, last: str | None, longest_line: int, *, wide: bool
) -> re.Pattern[bytes]:
    """A pattern that matches rows of these columns; of bytes above 127, where `wide`, as well.

    `last` begins the line after all rows, and no row.
    """
    row = re.escape(mark).join(_value(column, mark, "" if wide else _HIGH) for column in columns) + r"\r?\n"
    if sum(_longest(column) + len(mark) for column in columns) > longest_line:
        row = rf"(?=[^\n]{{0,{longest_line}}}\n)" + row
    if last is not None:
        row = rf'(?!"?{re.escape(last)})' + row
    return re.compile(f"(?:{row})*".encode("ascii"))


def _value(column: Column, mark: str, high: str) -> str:
    if column.kind == "text":
        return _text(column, re.escape(mark), high)
    if column.kind == "choice":
        plain = [choice for choice in column.choices if choice.isascii() and not {mark, '"'} & set(choice)]
        form = f"(?:{'|'.join(map(re.escape, plain))})" if plain else "(?!)"
    elif column.kind == "date":
        form = _DATE
    else:
        fraction = r"(?:\.[0-9]+)?" if column.kind == "number" else ""
        form = rf"(?![-.0-9]{{{column.longest + 1}}})-?[0-9]+{fraction}"
    form = f"(?:{form})?" if column.empty else form
    return f'(?:{form}|"{form}")'


def _longest(column: Column) -> int:
    """The most bytes that the pattern takes for one value: each of its characters doubled, and the quotes around it."""
    return 2 * max(column.longest, _DATE_CELLS, *map(len, column.choices)) + 2


def _text(column: Column, mark: str, high: str) -> str:
    """Plain, in quotes, or in quotes with doubled ones in it: never two of these, or a wrong row would be tried in
    all of their combinations.
    """
    least, none = (0, "?") if column.empty else (1, "")
    plain = rf'(?:[^{mark}"{_CONTROL}{high}][^{mark}{_CONTROL}{high}]{{0,{column.longest - 1}}}){none}'
    quoted = rf'"[^"{_CONTROL}{high}]{{{least},{column.longest}}}"(?!")'
    doubled = rf'"(?=[^"\n]*"")(?:[^"{_CONTROL}{high}]|""){{{least},{column.longest}}}"'
    return f"(?:{plain}|{quoted}|{doubled})"
