"""`ecp calendar`: on which days nothing trades, and proposals about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import ClosedDay, CloseMarket, MovedCutOff, SetHolidays, TradingYear
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.change_requests import moment, propose
from ecp_tui.commands.nouns import Noun, asked, content, file_type, note_option
from ecp_tui.commands.rows import table
from ecp_tui.holidays import holidays_in

_MOST: Final = 100_000
"""Bytes of a list of holidays."""
_day = click.argument("day", type=Day(), metavar="DATE")
_reason = click.option("--reason", metavar="TEXT", required=True, help="Why; firms read it.")


class _Calendar(Noun):
    """Shows a year where no verb is."""

    DEFAULT = "show"


@click.group(cls=_Calendar)
def calendar() -> None:
    """Show the year's holidays and closures; propose others: for operators.

    \b
    Examples:
      ecp calendar
      ecp calendar show --year 2027 --json
      ecp calendar close 2026-11-23 --reason "Typhoon signal no. 8"
      ecp calendar holidays 2027 HK-2027.toml
    """


@calendar.command()
@click.option("--year", type=click.IntRange(2000, 2200), help="Of this year; else of the current one.")
@command
async def show(call: Call, /, year: int | None) -> Exit:
    """List a year's closed days, extended cut-offs, exemptions.

    \b
    Examples:
      ecp calendar
      ecp calendar show --year 2027 --json
    """
    async with call.client() as client:
        found = await client.trading_year(year or date.today().year)  # the server says which day it is there
        if year is None and found.today.year != found.year:
            found = await client.trading_year(found.today.year)
    call.answer(found.model_dump(mode="json"), _lines(found))
    if not found.listed:
        call.note(f"The holidays of {found.year} are not listed yet.")
    return Exit.OK


@calendar.command()
@_day
@_reason
@note_option
@command
async def close(call: Call, /, day: date, reason: str, note: str) -> Exit:
    """Propose that DATE does not trade after all.

    \b
    Examples:
      ecp calendar close 2026-11-23 --reason "Typhoon signal no. 8"
      ecp calendar close 2026-11-23 --reason "Black rainstorm" --json
    """
    async with call.client() as client:
        return await propose(call, client, asked(CloseMarket, day=day, reason=reason, note=note))


@calendar.command()
@_day
@_reason
@note_option
@command
async def reopen(call: Call, /, day: date, reason: str, note: str) -> Exit:
    """Propose to take the closure of DATE back.

    \b
    Examples:
      ecp calendar reopen 2026-11-23 --reason "Signal lowered at 06:00"
      ecp calendar reopen 2026-11-23 --reason "Entered by mistake" --json
    """
    async with call.client() as client:
        return await propose(call, client, asked(CloseMarket, day=day, reopen=True, reason=reason, note=note))


@calendar.command()
@click.argument("year", type=click.IntRange(2000, 2200))
@click.argument("file", type=file_type, metavar="FILE")
@note_option
@command
async def holidays(call: Call, /, year: int, file: Path, note: str) -> Exit:
    """Propose all holidays of YEAR as FILE lists them.

    FILE holds dates and names, one a line, or the TOML that ecpd calendar import reads; - is standard input.

    \b
    Examples:
      ecp calendar holidays 2027 HK-2027.toml
      ecp calendar holidays 2027 - --json < holidays.txt
    """
    try:
        text = content(file, _MOST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(NOT_UNDERSTOOD, what="The list is not text in UTF-8.") from error
    found, wrong = holidays_in(text, year)
    if wrong:
        raise Refused(NOT_UNDERSTOOD, what=wrong)
    async with call.client() as client:
        return await propose(call, client, asked(SetHolidays, year=year, holidays=tuple(found), note=note))


def _lines(year: TradingYear) -> Iterator[str]:
    if year.closed:
        yield from table([("DAY", "", "KIND", "NAME"), *map(_closed, year.closed)])
    if year.extensions:
        yield from ("", "Extended")
        yield from (f"  {line}" for line in table([*map(_extended, year.extensions)]))
    if year.exemptions:
        yield from ("", "Exempt")
        rows = [(one.folder, str(one.input_date), one.identity_code, one.reason) for one in year.exemptions]
        yield from (f"  {line}" for line in table(rows))


def _closed(one: ClosedDay) -> tuple[str, str, str, str]:
    return one.day.isoformat(), f"{one.day:%a}", one.kind, one.name


def _extended(one: MovedCutOff) -> tuple[str, ...]:
    who = one.identity_code or "all"
    return one.folder, one.input_date.isoformat(), who, f"until {moment(one.until)}", one.reason
