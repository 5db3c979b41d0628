"""What a folder's files must hold: CSV with named columns, a line that declares the count of rows, and limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from backend.contract.faults import WRONG_CONTENT, Refused
from backend.contract.rules.expectations import Expectation
from backend.contract.rules.shown import shown

MOST_FINDINGS: Final = 20
MOST_UNIQUE_ROWS: Final = 100_000
"""Rows of which a rule may ask that their keys differ: each key seen takes memory."""
LONGEST_LINE: Final = 65_536
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ROWS: Final = "{rows}"
_COMPARED: Final = 40
_FIX: Final = "Correct the file where it was made, then submit it again."


@dataclass(frozen=True, slots=True)
class Column:
    """One column, known by its name in the header; `longest` in characters, of texts and numbers."""

    name: str
    kind: Literal["text", "integer", "number", "date", "choice"] = "text"
    longest: int = 200
    empty: bool = False
    """Whether a row may leave it empty."""
    optional: bool = False
    """Whether a file may come without it."""
    choices: tuple[str, ...] = ()
    private: bool = False
    """Whether no finding may show what stands in it."""

    @property
    def expected(self) -> str:
        """What a value of it should be."""
        if self.kind == "choice":
            *others, last = self.choices
            return f"{', '.join(others)} or {last}" if others else last
        kinds = {"integer": "a whole number", "number": "a number such as 1234.50", "date": "a date such as 2022-05-20"}
        return kinds.get(self.kind, "a value")


@dataclass(frozen=True, slots=True)
class ContentRule:
    """A folder's rule. `first_line` and `last_line` stand around header and rows, written with commas.

    Each is fields of which one may be `{rows}`, the count of rows between header and last line: `TRL,{rows}`.
    """

    columns: tuple[Column, ...]
    separator: Literal["comma", "semicolon", "tab", "pipe"] = "comma"
    encoding: Literal["ascii", "utf-8"] = "utf-8"
    first_line: str | None = None
    last_line: str | None = None
    unique: tuple[str, ...] = ()
    """Columns whose values together no two rows may share."""
    most_rows: int | None = None
    longest_line: int = 4096
    """In bytes, without its line end."""
    expect: tuple[Expectation, ...] = ()
    """What may be otherwise, with an explanation."""

    @property
    def mark(self) -> str:
        """The character between two values."""
        return SEPARATORS[self.separator]

    def in_words(self) -> str:
        said = [f"CSV of {len(self.columns)} columns"]
        said += [f"first line {self.first_line}"] if self.first_line else []
        said += [f"last line {self.last_line}"] if self.last_line else []
        said += [f"at most {self.most_rows:,} rows"] if self.most_rows is not None else []
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the line counted from 1, the column too where it is about one, and what was expected."""

    row: int
    wrong: str
    column: int | None = None
    name: str = ""

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column is not None else ""
        name = f" ({shown(self.name, _COMPARED)})" if self.name else ""
        return f"Row {self.row:,}{column}{name}: {self.wrong}"


def refuse_content(findings: Sequence[Finding]) -> None:
    """4514 where anything was found: its words say the first, its values all of them."""
    if not findings:
        return
    more = len(findings) - 1
    counted = f"{more} more finding{'s' * (more > 1)}"
    least = " at least" if len(findings) >= MOST_FINDINGS else ""
    raise Refused(
        WRONG_CONTENT,
        what=f"{findings[0]}." + (f" And{least} {counted}." if more else ""),
        fix=_FIX,
        findings="\n".join(str(finding) for finding in findings),
    )
