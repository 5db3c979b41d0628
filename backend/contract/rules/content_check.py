"""A file against its folder's content rule, as its bytes come: in bounded memory, whatever the file holds."""

from __future__ import annotations

import csv
import re
from datetime import date
from typing import Final

from backend.contract.rules.content import ContentRule, Finding
from backend.contract.rules.content_judge import Judge, first_of
from backend.contract.rules.content_pattern import right_rows
from backend.contract.rules.content_values import values_of
from backend.contract.rules.content_watch import Watch
from backend.contract.rules.expectations import Unexpected

_PIECE: Final = 1 << 16
_BOM: Final = b"\xef\xbb\xbf"
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")


class ContentCheck:
    """Feed it the bytes in order, in any pieces; then `finish` says what is wrong, at most 20 findings, and
    `unexpected` what is only not as expected.

    A row is a line: a quoted value that goes on in the next line is a finding, and the next line a row again.
    """

    def __init__(self, rule: ContentRule, input_date: date | None = None) -> None:
        self._rule = rule
        self._watch = Watch(rule.expect, input_date)
        self._judge = Judge(rule, self._watch)
        self._tail = b""
        """What came of a line whose end has not come."""
        self._skipping = False
        """Whether that line was longer than any may be, and the rest of it is not looked at."""

    @property
    def ended(self) -> bool:
        """Whether more bytes would change nothing."""
        return self._judge.ended

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
            self._judge.close()
        return tuple(sorted(self._judge.findings, key=lambda one: (one.row, one.column or 0)))

    @property
    def unexpected(self) -> tuple[Unexpected, ...]:
        """Ask after `finish`, of a file in which nothing is wrong."""
        return self._watch.found(self._judge.rows)

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
            if self._judge.columns and not self._judge.last_seen:
                right = self._right_rows(wide=wide).match(block, at)
                end = right.end() if right is not None else at
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
        rule = self._rule
        last = first_of(rule.last_line) if rule.last_line is not None else None
        return right_rows(self._watch.narrow, self._watch.forms, rule.mark, last, rule.longest_line, wide=wide)

    def _pass(self, lines: bytes) -> None:
        """Rows that are right, each by itself."""
        judge = self._judge
        if not judge.unique:
            count = lines.count(b"\n")
            judge.line += count
            judge.count(count)
            return
        for values in csv.reader(lines.decode().split("\n")[:-1], delimiter=self._rule.mark):
            judge.line += 1
            judge.count(1)
            if not judge.ended:
                judge.keep_key(values)
            if judge.ended:
                return

    def _read(self, raw: bytes) -> None:
        """One line, with the end it has."""
        judge = self._judge
        judge.line += 1
        if judge.last_seen:
            judge.find(f"a line after {self._rule.last_line}, expected none", last=True)
            return
        text = self._text(raw.removesuffix(b"\n").removesuffix(b"\r"))
        values = values_of(text, self._rule.mark) if text else None
        if isinstance(values, list):
            judge.take(values)
            return
        if values is not None:
            judge.find_in(values, "a quoted value that does not end in its line, expected quotes around it")
        if text != "":
            judge.take_unreadable()

    def _text(self, line: bytes) -> str | None:
        """The line as characters; with a finding, empty where it is empty, nothing where it cannot be read."""
        judge, rule = self._judge, self._rule
        if len(line) > rule.longest_line:
            judge.find(f"longer than {rule.longest_line:,} bytes, expected a shorter line")
            return None
        if judge.line == 1 and rule.encoding == "utf-8":
            line = line.removeprefix(_BOM)
        if not line:
            judge.find(f"an empty line, expected {'a row' if judge.columns else 'the header'}", last=not judge.columns)
            return ""
        try:
            text = line.decode(rule.encoding)
        except UnicodeDecodeError as error:
            before, wrong = line[: error.start], line[error.start]
            said = f"the byte \\x{wrong:02x}, expected {rule.encoding.upper()}"
            judge.find(said) if b'"' in before else judge.find_in(before.count(rule.mark.encode()) + 1, said)
            return None
        if "\r" in text:
            judge.find("a carriage return within the line, expected lines that end in LF or CRLF")
            return None
        return text
