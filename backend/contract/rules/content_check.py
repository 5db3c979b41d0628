"""A file against its folder's content rule, as its bytes come: in bounded memory, whatever the file holds."""

from __future__ import annotations

import csv
import re
from hashlib import blake2b
from typing import Final

from backend.contract.rules.content import MOST_FINDINGS, ROWS, Column, ContentRule, Finding
from backend.contract.rules.content_pattern import right_rows
from backend.contract.rules.content_values import said_twice, values_of, wrong_with
from backend.contract.rules.shown import shown

_PIECE: Final = 1 << 16
_BOM: Final = b"\xef\xbb\xbf"
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_COUNT: Final = re.compile(r"[0-9]{1,15}")
_COMPARED: Final = 40


class ContentCheck:
    """Feed it the bytes in order, in any pieces; then `finish` says what was found, at most 20 findings."""

    def __init__(self, rule: ContentRule) -> None:
        self.ended = False
        """Whether more bytes would change nothing."""
        self._rule = rule
        self._findings: list[Finding] = []
        self._tail = b""
        self._skipping = False
        self._line = self._rows = 0
        self._columns: tuple[Column, ...] = ()
        self._last_seen = False
        self._declared: list[tuple[int, int, int]] = []
        """Counts of rows: the line and the column that declare one, and what they say."""
        self._unique: list[int] = []
        self._keys: dict[bytes, int] = {}

    def feed(self, data: bytes) -> None:
        for at in range(0, len(data), _PIECE):
            if self.ended:
                return
            self._take(data[at : at + _PIECE])

    def finish(self) -> tuple[Finding, ...]:
        """Call it once, after the last byte."""
        if self._tail and not self.ended:
            self._read(self._tail)
        if not self.ended:
            self._close()
        return tuple(sorted(self._findings, key=lambda one: (one.row, one.column or 0)))[:MOST_FINDINGS]

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, piece: bytes) -> None:
        if self._skipping:
            end = piece.find(b"\n")
            if end < 0:
                return
            piece, self._skipping = piece[end + 1 :], False
        block = self._tail + piece
        whole = block.rfind(b"\n") + 1
        self._tail = block[whole:]
        self._read_all(block[:whole])
        if len(self._tail) > self._rule.longest_line + 1 and not self.ended:
            self._read(self._tail)
            self._tail, self._skipping = b"", True

    def _read_all(self, block: bytes) -> None:
        """Whole lines: those that are plainly right are passed together, the others read one by one."""
        at, wide = 0, self._wide(block)
        while at < len(block) and not self.ended:
            if self._columns and not self._last_seen:
                end = self._right_rows(wide=wide).match(block, at).end()
                self._pass(block[at:end])
                at = end
            if at < len(block) and not self.ended:
                end = block.index(b"\n", at) + 1
                self._read(block[at:end])
                at = end

    def _wide(self, block: bytes) -> bool:
        """Whether bytes above 127 in it are characters that a value may hold."""
        if self._rule.encoding == "ascii" or block.isascii():
            return False
        try:
            block.decode()
        except UnicodeDecodeError:
            return False
        return _C1.search(block) is None

    def _right_rows(self, *, wide: bool) -> re.Pattern[bytes]:
        last = self._rule.last_line.split(",")[0] if self._rule.last_line else None
        return right_rows(self._columns, self._rule.mark, last, self._rule.longest_line, wide=wide)

    def _pass(self, lines: bytes) -> None:
        if self._unique:
            for values in csv.reader(lines.decode().split("\n")[:-1], delimiter=self._rule.mark):
                self._line += 1
                self._count(1)
                self._keep_key(values)
                if self.ended:
                    return
        elif count := lines.count(b"\n"):
            self._line += count
            self._count(count)

    def _read(self, raw: bytes) -> None:
        self._line += 1
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if self._last_seen:
            self._find(f"a line after {self._rule.last_line}, expected none", ended=True)
            return
        text = self._text(line)
        values = values_of(text, self._rule.mark) if text is not None else None
        if isinstance(values, int):
            self._find("a quoted value that does not end in its line, expected quotes around it", values)
        if isinstance(values, list):
            self._judge(values)
        elif self._columns:
            self._count(1)
        else:
            self.ended = True

    def _text(self, line: bytes) -> str | None:
        """The line as characters; nothing where it is no line that could be read."""
        if len(line) > self._rule.longest_line:
            self._find(f"longer than {self._rule.longest_line:,} bytes, expected a shorter line")
            return None
        line = line.removeprefix(_BOM) if self._line == 1 and self._rule.encoding == "utf-8" else line
        if not line:
            self._find("an empty line, expected a row" if self._columns else "an empty line, expected the header")
            return None
        try:
            text = line.decode(self._rule.encoding)
        except UnicodeDecodeError as error:
            before = line[: error.start]
            column = before.count(self._rule.mark.encode()) + 1 if b'"' not in before else None
            self._find(f"the byte \\x{line[error.start]:02x}, expected {self._rule.encoding.upper()}", column)
            return None
        if "\r" in text:
            self._find("a carriage return within the line, expected lines that end in LF or CRLF")
            return None
        return text

    # ── what a line is ───────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, values: list[str]) -> None:
        rule = self._rule
        if self._line == 1 and rule.first_line is not None:
            if values[0] == rule.first_line.split(",")[0]:
                self._take_count(rule.first_line, values)
                return
            self._find(f"expected the line {rule.first_line} before all others")
        if not self._columns:
            self._take_header(values)
        elif rule.last_line is not None and values[0] == rule.last_line.split(",")[0]:
            self._last_seen = True
            self._take_count(rule.last_line, values)
        else:
            self._take_row(values)

    def _take_count(self, template: str, values: list[str]) -> None:
        """The line that declares how many rows there are; a spreadsheet may have filled it up with empty values."""
        fields = template.split(",")
        for column, (field, value) in enumerate(_paired(fields, values), 1):
            if field == ROWS and _COUNT.fullmatch(value):
                self._declared.append((self._line, column, int(value)))
            elif field != value:
                expected = "the count of rows" if field == ROWS else field or "nothing"
                self._find(f'"{shown(value, _COMPARED)}", expected {expected}', column, name=False)
                return

    def _take_header(self, values: list[str]) -> None:
        known = {column.name: column for column in self._rule.columns}
        if not known.keys() & set(values):
            self._find(f"no header, expected the columns {', '.join(known)}", ended=True)
            return
        self._columns = tuple(
            known.get(name) or Column("", longest=self._rule.longest_line, empty=True) for name in values
        )
        seen: set[str] = set()
        for column, name in enumerate(values, 1):
            if name not in known or name in seen:
                why = "a second time" if name in seen else "is no column here"
                others = ", ".join(other for other in known if other not in values) or "none more"
                self._find(f'"{shown(name, _COMPARED)}" {why}, expected {others}', column, name=False)
            seen.add(name)
        for column_ in self._rule.columns:
            if column_.name not in seen and not column_.optional:
                self._find(f"the column {column_.name} is missing")
        if set(self._rule.unique) <= seen:
            self._unique = [values.index(name) for name in self._rule.unique]

    def _take_row(self, values: list[str]) -> None:
        self._count(1)
        if len(values) != len(self._columns):
            have = f"{len(values):,} value{'s' * (len(values) > 1)}"
            self._find(f"{have}, expected {len(self._columns):,}", min(len(values), len(self._columns)) + 1)
            return
        for column, (rule, value) in enumerate(zip(self._columns, values, strict=True), 1):
            if (wrong := wrong_with(rule, value)) is not None:
                self._find(wrong, column)
        if self._unique:
            self._keep_key(values)

    def _count(self, rows: int) -> None:
        self._rows += rows
        most = self._rule.most_rows
        if most is not None and self._rows > most:
            self._line -= self._rows - most - 1
            self._find(f"one row more than {most:,}, expected no more", ended=True)

    def _keep_key(self, values: list[str]) -> None:
        key = [values[place] for place in self._unique]
        said = "".join(f"{len(value)} {value}" for value in key).encode()
        row = self._keys.setdefault(blake2b(said, digest_size=16).digest(), self._line)
        if row != self._line:
            self._find(said_twice([self._columns[place] for place in self._unique], key, row), self._unique[0] + 1)

    def _close(self) -> None:
        """What is only known when all has come."""
        rule, self._line = self._rule, max(self._line, 1)
        if not self._columns:
            self._find(f"the file ends, expected the columns {', '.join(column.name for column in rule.columns)}")
        elif rule.last_line is not None and not self._last_seen:
            self._find(f"the file ends here, expected the line {rule.last_line} after it")
        for line, column, count in self._declared:
            if count != self._rows:
                self._line = line
                self._find(f"{count:,}, expected {self._rows:,}: as many rows are there", column, name=False)

    def _find(self, wrong: str, column: int | None = None, *, name: bool = True, ended: bool = False) -> None:
        if len(self._findings) < MOST_FINDINGS:
            named = name and column is not None and column <= len(self._columns)
            self._findings.append(
                Finding(self._line, wrong, column, self._columns[column - 1].name if named and column else "")
            )
        self.ended = self.ended or ended or len(self._findings) >= MOST_FINDINGS


def _paired(fields: list[str], values: list[str]) -> list[tuple[str, str]]:
    """Each field with its value, `""` where one of them has none."""
    longest = max(len(fields), len(values))
    filled = [line + [""] * (longest - len(line)) for line in (fields, values)]
    return list(zip(*filled, strict=True))
