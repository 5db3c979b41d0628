"""The audit log in accessible mode: newest first, ten at a time, found by words; an entry with its place, verified."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from backend.contract.faults import Refused
from backend.contract.messages import LogEntry, LogFilter, LogLine
from backend.contract.rules.shown import shown
from ecp_tui.evidence import held_log_entry
from ecp_tui.plain.receipts import check_lines
from ecp_tui.plain.visit import Visit

_PAGE: Final = 10
_WORDS: Final = "words of an entry, such as a login ID or a file name. Enter finds all."


class AuditLog:
    """What was found so far; its numbers go on from page to page."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._wanted = visit, LogFilter()
        self._lines: list[LogLine] = []
        self._cursor: str | None = None

    def open(self) -> None:
        """Until somebody goes back."""
        talk = self._visit.talk
        with talk.at("Audit log"):
            self._more()
            while True:
                also = {"s": "search", **({"n": f"the next {_PAGE}"} if self._cursor else {})}
                words = ", ".join(f"{letter} for {meaning}" for letter, meaning in also.items())
                typed = talk.number(f"Audit log, which number, {words}?", len(self._lines), self._say, also)
                if typed == "s":
                    talk.attempt(self._search)
                elif typed == "n":
                    talk.attempt(self._more)
                else:
                    talk.attempt(partial(open_entry, self._visit, self._lines[int(typed) - 1].log_index))

    def _more(self) -> None:
        visit, first = self._visit, len(self._lines)
        page = visit.ask(visit.client.log, self._wanted, cursor=self._cursor, limit=_PAGE)
        self._lines += page.entries
        self._cursor = page.cursor
        visit.talk.say("Newest first." if page.entries else "Nothing was found.")
        self._say(first)

    def _say(self, first: int = 0) -> None:
        talk = self._visit.talk
        for number, one in enumerate(self._lines[first:], first + 1):
            talk.say(f"{number}. {self._visit.when(one.at)}: {one.summary}")

    def _search(self) -> None:
        typed = self._visit.talk.ask("Search for?", _WORDS, default="")
        self._wanted = LogFilter(text=typed[:100] or None)
        self._visit.talk.say(f"Searching for {shown(typed, 60) or 'everything'}.")
        self._lines, self._cursor = [], None
        self._more()


def open_entry(visit: Visit, log_index: int) -> None:
    """All about one; then its text as it was hashed."""
    entry = visit.ask(visit.client.log_entry, log_index)
    visit.talk.say(*_facts(visit, entry))
    try:
        visit.talk.say(*check_lines(visit.ask(held_log_entry, visit.client, entry)))
    except Refused as refused:
        visit.talk.say(f"Not verified, {refused.number} {refused.title}.")
    if visit.talk.yes("Hear its text?", "yes to hear the text that was hashed, no to go back."):
        visit.talk.say(*entry.text.splitlines())


def _facts(visit: Visit, entry: LogEntry) -> Iterator[str]:
    line = entry.line
    source = f", from {line.source}" if line.source else ""
    yield f"{line.summary}."
    yield f"At: {visit.when(line.at, seconds=True)}, by {line.login_id or 'the server itself'}, {line.channel}{source}"
    if line.company:
        yield f"Company: {line.company}"
    if entry.erased:
        yield f"Erased: {', '.join(entry.erased)}; its hash is in the log, and stays."
    yield f"Leaf hash: {entry.leaf_hash}"
