"""Activity Enquiry in accessible mode: newest first, ten at a time, found by name, SHA-256 or date."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Final

from backend.contract.faults import Refused
from backend.contract.messages import Activity, ActivityFilter, Receipt
from backend.contract.rules.shown import shown
from ecp_tui import wording
from ecp_tui.evidence import Held, held
from ecp_tui.pastes import find_hash
from ecp_tui.plain.comparing import verify
from ecp_tui.plain.keeping import save_receipt
from ecp_tui.plain.receipts import activity_line, activity_lines, check_lines, vouched_line
from ecp_tui.plain.review import explanation
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit

_PAGE: Final = 10
_WANTED: Final = "part of a file name, the first digits of a SHA-256, or a date such as 2026-11-20. Enter finds all."
_PREFIX: Final = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{6,64}|[0-9a-f]{64}", re.IGNORECASE | re.ASCII)
"""Digits alone are rather part of a name, which holds a date."""


class Enquiry:
    """What was found so far; its numbers go on from page to page."""

    def __init__(self, visit: Visit, wanted: ActivityFilter | None = None) -> None:
        self._visit, self._wanted = visit, wanted or ActivityFilter()
        self._items: list[Activity] = []
        self._cursor: str | None = None

    def open(self) -> None:
        """Until somebody goes back."""
        talk = self._visit.talk
        with talk.at("Activity Enquiry"):
            self._more()
            while True:
                also = {"s": "search", **({"n": f"the next {_PAGE}"} if self._cursor else {})}
                words = ", ".join(f"{letter} for {meaning}" for letter, meaning in also.items())
                typed = talk.number(f"Activity, which number, {words}?", len(self._items), self._listed, also)
                if typed == "s":
                    talk.attempt(self._search)
                elif typed == "n":
                    talk.attempt(self._more)
                else:
                    index = self._items[int(typed) - 1].log_index
                    talk.attempt(partial(open_activity, self._visit, index))

    def _more(self) -> None:
        visit = self._visit
        page = visit.ask(visit.client.activity, self._wanted, cursor=self._cursor, limit=_PAGE)
        first = len(self._items)
        self._items += page.items
        self._cursor = page.cursor
        total = wording.count(page.total, more=page.total_is_more)
        said = f"Newest first, {first + 1} to {len(self._items)} of {total}." if page.items else "Nothing was found."
        visit.talk.say(said)
        self._say(first)

    def _listed(self) -> None:
        self._say(0)

    def _say(self, first: int) -> None:
        lines = enumerate(self._items[first:], first + 1)
        self._visit.talk.say(*(f"{number}. {activity_line(self._visit, one)}" for number, one in lines))

    def _search(self) -> None:
        typed = self._visit.talk.ask("Search for?", _WANTED, default="")
        self._wanted, words = wanted_by(typed)
        self._visit.talk.say(f"Searching for {words}.")
        self._items, self._cursor = [], None
        self._more()


def wanted_by(typed: str) -> tuple[ActivityFilter, str]:
    """What somebody looks for, and how it was taken."""
    if not typed:
        return ActivityFilter(), "everything"
    try:
        day = date.fromisoformat(typed)
        if "-" in typed:
            return ActivityFilter(from_date=day, to_date=day), f"what was received on {day.isoformat()}"
    except ValueError:
        pass  # no date: part of a name, or of a SHA-256
    joined = "".join(typed.split())
    if _PREFIX.fullmatch(joined):
        sha256 = find_hash(joined) if len(joined) > _LONGEST_PREFIX else joined.lower()
        return ActivityFilter(sha256=sha256), f"a SHA-256 that begins with {joined[:16].lower()}"
    return ActivityFilter(name=typed[:200]), f"names with {shown(typed, 60)}"


_LONGEST_PREFIX: Final = 63


def open_activity(visit: Visit, log_index: int) -> None:
    """All about one, and what can be done with it."""
    receipt = visit.ask(visit.client.one_activity, log_index)
    visit.talk.say(*activity_lines(visit, receipt))
    accepted = receipt.activity.act == "accepted"
    name = "receipt" if accepted else "log entry"
    options = [Option(f"Read the {name}", lambda: visit.talk.say(*receipt.receipt.splitlines()))]
    vouched = _verified(visit, receipt) if accepted else None
    options.append(Option(f"Save the {name}", lambda: save_receipt(visit, receipt, vouched)))
    if receipt.activity.sha256:
        options.insert(0, Option("Compare it with a file or a SHA-256", lambda: verify(visit, receipt.activity)))
    stands = receipt.activity.superseded_by is None
    if receipt.activity.findings and stands and visit.me is not None and visit.me.company is not None:
        options.append(Option("Explain the findings", lambda: _explain(visit, log_index)))
    if vouched is not None:
        options.append(Option("Hear what was verified", lambda: visit.talk.say(*check_lines(vouched))))
    visit.talk.menu(f"{receipt.activity.file_name or receipt.activity.act}", lambda: options)


def _verified(visit: Visit, receipt: Receipt) -> Held | None:
    """Says whether the receipt is signed and in the log, as verified here; nothing where that cannot be asked."""
    try:
        found = visit.ask(held, visit.client, receipt)
    except Refused as refused:
        visit.talk.say(f"Receipt: not verified, {refused.number} {refused.title}.")
        return None
    visit.talk.say(vouched_line(found))
    return found


def _explain(visit: Visit, log_index: int) -> None:
    words = explanation(visit, "one line that the exchange reads first; what was said before stays in the log.")
    entry = visit.ask(visit.client.explain, log_index, words)
    visit.talk.say(f"Explained, log index {wording.count(entry.activity.log_index)}.")
