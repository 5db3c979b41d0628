"""The lines of a file, one after the other, by a content rule: header, rows, the counts around them, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from itertools import zip_longest
from typing import Final

from backend.contract.rules.content import MOST_FINDINGS, ROWS, Column, ContentRule, Finding
from backend.contract.rules.content_values import said_twice, wrong_with
from backend.contract.rules.content_watch import Watch
from backend.contract.rules.shown import shown

_COUNT: Final = re.compile(r"[0-9]{1,15}")
_COMPARED: Final = 40


class Judge:
    """`line` is the number of the line it is told of; whoever reads the file counts it up."""

    def __init__(self, rule: ContentRule, watch: Watch) -> None:
        self.line = 0
        self.columns: tuple[Column, ...] = ()
        """Those of the file, once its header is known."""
        self.last_seen = False
        """Whether the line after all rows has come."""
        self.ended = False
        """Whether another line would change nothing."""
        self.findings: list[Finding] = []
        self.unique: list[int] = []
        """The places of the values that no two rows may share."""
        self._rule = rule
        self._watch = watch
        self.rows = 0
        self._keys: dict[bytes, int] = {}
        self._declared: list[tuple[int, int, int]] = []
        """Counts of rows: the line and the column that declare one, and what they say."""

    def find(self, wrong: str, column: int | None = None, name: str = "", *, last: bool = False) -> None:
        """Notes a finding in this line; after the `last` one the file is read no further."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(self.line, wrong, column, name))
        self.ended = self.ended or last or len(self.findings) >= MOST_FINDINGS

    def find_in(self, column: int, wrong: str) -> None:
        self.find(wrong, column, self.columns[column - 1].name if column <= len(self.columns) else "")

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, values: list[str]) -> None:
        """The values of one line."""
        rule = self._rule
        if self.line == 1 and rule.first_line is not None:
            if values[0] == first_of(rule.first_line):
                self._take_count(rule.first_line, values)
                return
            self.find(f"expected the line {rule.first_line} before all others")
        if not self.columns:
            self._take_header(values)
        elif rule.last_line is not None and values[0] == first_of(rule.last_line):
            self.last_seen = True
            self._take_count(rule.last_line, values)
        else:
            self._take_row(values)

    def take_unreadable(self) -> None:
        """A line in which something was found that leaves no values to look at: a row, if it is not the header."""
        if self.columns:
            self.count(1)
        else:
            self.ended = True

    def count(self, rows: int) -> None:
        """As many rows end with this line."""
        self.rows += rows
        most = self._rule.most_rows
        if most is not None and self.rows > most:
            self.line -= self.rows - most - 1
            self.find(f"one row more than {most:,}, expected no more", last=True)

    def keep_key(self, values: list[str]) -> None:
        """Remembers what no other row may share, by its hash alone."""
        key = [values[place] for place in self.unique]
        told = "".join(f"{len(value)} {value}" for value in key).encode()
        row = self._keys.setdefault(blake2b(told, digest_size=16).digest(), self.line)
        if row != self.line:
            self.find_in(self.unique[0] + 1, said_twice([self.columns[place] for place in self.unique], key, row))

    def close(self) -> None:
        """What is known only when all lines have come."""
        rule, self.line = self._rule, max(self.line, 1)
        if not self.columns:
            self.find(f"the file ends here, expected the columns {_names(rule.columns)}")
        elif rule.last_line is not None and not self.last_seen:
            self.find(f"the file ends here, expected the line {rule.last_line} after it")
        for line, column, count in self._declared:
            if count != self.rows:
                self.line = line
                self.find(f"{count:,}, expected {self.rows:,}: as many rows are there", column)

    # ── what a line is ───────────────────────────────────────────────────────────────────────────────────────

    def _take_count(self, template: str, values: list[str]) -> None:
        """The line that declares how many rows there are; a spreadsheet may have filled it up with empty values."""
        for column, (field, value) in enumerate(zip_longest(template.split(","), values, fillvalue=""), 1):
            if field == ROWS and _COUNT.fullmatch(value):
                self._declared.append((self.line, column, int(value)))
            elif field != value:
                expected = "the count of rows" if field == ROWS else field or "nothing"
                self.find(f'"{shown(value, _COMPARED)}", expected {expected}', column)
                return

    def _take_header(self, names: list[str]) -> None:
        known = {column.name: column for column in self._rule.columns}
        if not known.keys() & set(names):
            self.find(f"no header, expected the columns {_names(self._rule.columns)}", last=True)
            return
        unknown = Column("", longest=self._rule.longest_line, empty=True)
        self.columns = tuple(known.get(name, unknown) for name in names)
        missing = [column for column in self._rule.columns if column.name not in names]
        seen: set[str] = set()
        for place, name in enumerate(names, 1):
            if name not in known or name in seen:
                why = "stands here again" if name in seen else "is no column of this folder"
                self.find(f'"{shown(name, _COMPARED)}" {why}, expected {_names(missing) or "no more columns"}', place)
            seen.add(name)
        for column in missing:
            if not column.optional:
                self.find(f"the column {column.name} is missing, expected in the header")
        self._watch.begin(self.columns)
        if seen.issuperset(self._rule.unique):
            self.unique = [names.index(name) for name in self._rule.unique]

    def _take_row(self, values: list[str]) -> None:
        self.count(1)
        if self.ended:
            return
        if len(values) != len(self.columns):
            have = f"{len(values):,} value{'s' * (len(values) > 1)}"
            self.find_in(min(len(values), len(self.columns)) + 1, f"{have}, expected {len(self.columns):,}")
            return
        for place, (column, value) in enumerate(zip(self.columns, values, strict=True), 1):
            if (wrong := wrong_with(column, value)) is not None:
                self.find_in(place, wrong)
            else:
                self._watch.look(self.line, place, value)
        if self.unique:
            self.keep_key(values)


def first_of(template: str) -> str:
    """The word that such a line begins with, and no row."""
    return template.split(",", 1)[0]


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(column.name for column in columns)
