"""Deadlines in accessible mode: a sentence each, for firms and for the operator's staff."""

from __future__ import annotations

import asyncio
from datetime import date

from backend.contract.messages import CloseMarket, Exempt, ExtendCutOff
from tests.plain.conftest import Listener
from tests.submitting import submitted
from tests.tui.administrators import settles
from tests.world import FRIDAY, World

TODAY = FRIDAY.date()


def number_of(listener: Listener, login_id: str, words: str) -> str:
    """What has to be typed for a line of the main menu."""
    line = next(line for line in listener.as_(login_id, "?").splitlines() if words in line)
    return line.partition(".")[0].strip()


def test_a_firm_hears_what_is_due_until_when_and_why_not(listener: Listener, world: World) -> None:
    more = ExtendCutOff(
        folder="SD-1", input_date=TODAY, until=FRIDAY.replace(hour=14), identity_codes=("01234",), reason="Line down"
    )
    exempt = Exempt(folder="SD-1", input_date=TODAY, identity_codes=("01235",), reason="Dormant")
    closed = CloseMarket(day=date(2022, 5, 23), reason="Typhoon signal no. 8")
    for proposal in (more, exempt, closed):
        asyncio.run(settles(world, "OPER01", "OPER02", proposal))
    deadlines = number_of(listener, "CHAN01", "Deadlines: ")
    said = listener.as_("CHAN01", "1", "0", deadlines, "1")
    assert "Due: SD-1 Stamp Duty Daily Return, identity 01234" in said
    assert "cut-off 20 May 2022 22:00 HKT, extended, Line down" in said
    assert "Exempt: SD-1 Stamp Duty Daily Return, identity 01235, input date 2022-05-20 (Fri), Dormant" in said
    assert "Closed on 2022-05-23 (Mon): Typhoon signal no. 8." in said
    assert "SD-1 for 2022-05-20 (Fri), cut-off 20 May 2022 22:00 HKT, extended" in said
    assert "09999" not in said, "a firm hears of its own identities alone"


def test_an_operator_hears_who_has_not_filed(listener: Listener, world: World) -> None:
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", input_date=TODAY, file_name="SD1_01234_20220520.csv")
    deadlines = number_of(listener, "OPER01", "Deadlines: ")
    said = listener.as_("OPER01", deadlines, "1")
    assert "1 of 3 filed, 2 due, 1 in time" in said
    assert "1. Due: 01235, Acme Brokerage (HK) Ltd, Acme Securities." in said
    assert "3. Received: 01234" in said
