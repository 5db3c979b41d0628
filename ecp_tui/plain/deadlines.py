"""Deadlines in accessible mode: what is open and who has not filed, a sentence each; and the next closed days."""

from __future__ import annotations

from functools import partial
from typing import Final

from backend.contract.messages import BoardLine, Obligation
from ecp_tui import wording
from ecp_tui.obligation_wording import STATES, counts, filed, left, lines_of
from ecp_tui.plain.talk import Option, numbered
from ecp_tui.plain.visit import Visit

_MOST: Final = 500
_DAYS: Final = 5


def deadlines(visit: Visit) -> None:
    """The lines of the board, or of one's own obligations; one of them says who they are."""
    if visit.me is not None and visit.me.company is None:
        lines = visit.ask(visit.client.board).lines
    else:
        lines = lines_of(visit.ask(visit.client.obligations, limit=_MOST).items)
    _closed(visit)
    if lines:
        visit.talk.menu("Deadlines", lambda: [Option(_line(visit, line), partial(_who, visit, line)) for line in lines])
    else:
        visit.talk.say("Nothing is open.")


def _line(visit: Visit, line: BoardLine) -> str:
    extended = ", extended" if line.extended else ""
    said = ", ".join(words for _, words in counts(line))
    due = f"cut-off {visit.when(line.cut_off)}{extended}, {left(line.cut_off, visit.now())}"
    return f"{line.folder} for {wording.day(line.input_date)}, {due}: {filed(line)} filed, {said}"


def _who(visit: Visit, line: BoardLine) -> None:
    """Those who have not filed first."""
    page = visit.ask(visit.client.obligations, folder=line.folder, input_date=line.input_date, limit=_MOST)
    ordered = sorted(page.items, key=lambda one: (STATES.index(one.state), one.identity_code))
    visit.talk.say(*numbered(_one(visit, one) for one in ordered))
    if page.cursor is not None:
        visit.talk.say(f"{wording.count(page.total - len(ordered))} more: the command ecp obligations lists them.")


def _one(visit: Visit, one: Obligation) -> str:
    name = f"{one.identity_code}, {one.identity_name}, {one.company_name}"
    when = f", {visit.when(one.received)}" if one.received is not None else ""
    return f"{one.state.capitalize()}: {name}{when}{f', {one.reason}' if one.reason else ''}."


def _closed(visit: Visit) -> None:
    """The next days on which nothing trades."""
    year = visit.ask(visit.client.trading_year, visit.now().year)
    if year.today.year != year.year:  # this computer's clock is another
        year = visit.ask(visit.client.trading_year, year.today.year)
    coming = [one for one in year.closed if one.day >= year.today][:_DAYS]
    visit.talk.say(*(f"Closed on {wording.day(one.day)}: {one.name}." for one in coming))
