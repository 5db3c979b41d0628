"""Obligations and the calendar, an endpoint a method."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from backend.contract import paths
from backend.contract.messages import Arrivals, Board, DueState, ObligationPage, TradingYear
from ecp_tui.client.transport import Transport


class ObligationCalls(Transport):
    """The operator's board, who must file what by when, and the days on which nothing trades."""

    async def board(self, *, background: bool = False) -> Board:
        return await self._get(Board, paths.BOARD, background=background)

    async def obligations(
        self,
        *,
        folder: str | None = None,
        input_date: date | None = None,
        days: int | None = None,
        identity_code: str | None = None,
        company: str | None = None,
        states: Sequence[DueState] = (),
        cursor: str | None = None,
        limit: int = 100,
        background: bool = False,
    ) -> ObligationPage:
        """One page; without a date or days, what is open."""
        asked = {
            "folder": folder,
            "input_date": input_date.isoformat() if input_date else None,
            "days": days,
            "identity_code": identity_code,
            "company": company,
            "cursor": cursor,
            "limit": limit,
        }
        query: dict[str, str | list[str]] = {name: str(value) for name, value in asked.items() if value is not None}
        if states:
            query["states"] = list(states)
        return await self._get(ObligationPage, paths.OBLIGATIONS, params=query, background=background)

    async def arrivals(self, folder: str, input_date: date, *, background: bool = False) -> Arrivals:
        line = {"folder": folder, "input_date": input_date.isoformat()}
        return await self._get(Arrivals, paths.ARRIVALS, params=line, background=background)

    async def trading_year(self, year: int, *, background: bool = False) -> TradingYear:
        return await self._get(TradingYear, paths.CALENDAR, params={"year": str(year)}, background=background)
