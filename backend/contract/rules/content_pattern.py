"""Rows that are plainly right, as one pattern over bytes: many are passed at once, only the others are read one by one.

What it matches is right; what it does not match may be right all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor
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
    columns: tuple[Column, ...], forms: tuple[str, ...], mark: str, last: str | None, longest_line: int, *, wide: bool
) -> re.Pattern[bytes]:
    """A pattern that matches rows of these columns; of bytes above 127, where `wide`, as well.

    `forms` narrow what a column may hold; an empty one does not. `last` begins the line after all rows, and no row.
    """
    high = "" if wide else _HIGH
    values = (_value(column, form, mark, high) for column, form in zip(columns, forms, strict=True))
    row = re.escape(mark).join(values) + r"\r?\n"
    if sum(_longest(column) + len(mark) for column in columns) > longest_line:
        row = rf"(?=[^\n]{{0,{longest_line}}}\n)" + row
    if last is not None:
        row = rf'(?!"?{re.escape(last)})' + row
    return re.compile(f"(?:{row})*".encode("ascii"))


def numbers_within(least: float | None, most: float | None, *, whole: bool) -> str:
    """A pattern of numbers within bounds, as they are mostly written: others may be within as well.

    Left out are those below zero, unless there is no least, and zeros in front.
    """
    first = 0 if least is None else max(0, ceil(least))
    last = None if most is None else floor(most)
    fraction = "" if whole else r"(?:\.[0-9]+)?"
    below_last = last if last is None or whole else last - 1
    forms = [f"-[0-9]+{fraction}"] if least is None and (most is None or most >= 0) else []
    forms += (
        [f"(?:{'|'.join(_numerals(first, below_last))}){fraction}"] if below_last is None or below_last >= first else []
    )
    forms += [str(last)] if last is not None and last != below_last and last >= first else []
    return f"(?:{'|'.join(forms)})" if forms else "(?!)"


def _numerals(first: int, last: int | None) -> Iterator[str]:
    """Patterns of the numerals from the first to the last; one for all lengths of which every numeral is within."""
    if first == 0:
        yield "0"
        first = 1
    end = 10 ** len(str(first)) if last is None else last
    whole: list[int] = []
    for digits in range(len(str(first)), len(str(end)) + 1):
        all_ = 10 ** (digits - 1), 10**digits - 1
        within = max(first, all_[0]), all_[1] if last is None else min(last, all_[1])
        if within == all_:
            whole.append(digits - 1)
        elif within[0] <= within[1]:
            yield _same_length(*map(str, within))
    if whole:
        yield f"[1-9][0-9]{{{whole[0]},{'' if last is None else whole[-1]}}}"


def _same_length(least: str, most: str) -> str:
    if not least:
        return ""
    rest = len(least) - 1
    if not least[1:].strip("0") and not most[1:].strip("9"):
        return f"[{least[0]}-{most[0]}]" + (f"[0-9]{{{rest}}}" if rest else "")
    if least[0] == most[0]:
        return least[0] + _same_length(least[1:], most[1:])
    parts = [least[0] + _same_length(least[1:], "9" * rest)]
    if (low := int(least[0]) + 1) <= (high := int(most[0]) - 1):
        parts.append(f"[{low}-{high}][0-9]{{{rest}}}")
    parts.append(most[0] + _same_length("0" * rest, most[1:]))
    return f"(?:{'|'.join(parts)})"


def _value(column: Column, narrowed: str, mark: str, high: str) -> str:
    if column.kind == "text":
        return _text(column, re.escape(mark), high)
    if column.kind == "choice":
        plain = [choice for choice in column.choices if choice.isascii() and not {mark, '"'} & set(choice)]
        form = f"(?:{'|'.join(map(re.escape, plain))})" if plain else "(?!)"
    elif column.kind == "date":
        form = narrowed or _DATE
    else:
        fraction = r"(?:\.[0-9]+)?" if column.kind == "number" else ""
        form = rf"(?![-.0-9]{{{column.longest + 1}}}){narrowed or f'-?[0-9]+{fraction}'}"
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
