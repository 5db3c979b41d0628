"""The calendar: trading days, holidays, closures and cut-offs; what operators propose about them."""

from __future__ import annotations

from datetime import date

from backend.contract.messages import CloseMarket, Exempt, ExtendCutOff, Holiday, Proposal, SetHolidays
from ecp_tui.screens.base import EcpScreen
from tests.tui.administrators import asks, consoles, settles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import FRIDAY, World

TODAY = FRIDAY.date()
TYPHOON = "Typhoon signal no. 8"


def goes(person: Person, place: str, **wanted: str) -> None:
    """As the menu does."""
    assert isinstance(person.app.screen, EcpScreen)
    person.app.screen.go(place, **wanted)


async def approves(checker: Person, title: str) -> None:
    """The request that waits for them."""
    await checker.goes_to("Approvals")
    await checker.sees("1 request waits for you")
    await checker.press("g", "enter")
    await checker.sees(title, "Approving applies it at once.")
    await checker.press("a")
    await checker.sees("Approve request")
    await checker.press("y")
    await checker.sees("● applied")


async def test_a_closure_is_proposed_from_its_day_approved_and_seen_at_once(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02", "CHAN01") as (maker, checker, chan):
        await maker.goes_on_to("calendar")
        await maker.sees("May 2022", "Friday 20 May 2022", "● trades", "Cut-offs", "◐ 3 due", "3 h")
        maker.keeps("calendar")
        await maker.press("x")
        await maker.sees("Close the market for a day", "2022-05-20", "Friday")
        await maker.press("tab")
        await maker.pastes(TYPHOON)
        maker.keeps("calendar_close")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "− due", "+ exempt")
        maker.keeps("calendar_close_review")
        await maker.press("f8")
        await maker.sees("waits for")
        await approves(checker, "Close the market")
        await maker.press("escape", "f5")
        await maker.sees(f"✕ closed: {TYPHOON}", "1 closure", "○ 3 exempt", "x reopen")
        await chan.goes_to("Home")
        await chan.press("f5")
        await chan.sees("○ exempt: Typhoon")
        chan.keeps("home_exempt")
        await maker.press("x")
        await maker.sees("Take a closure back", "The day trades after all")


async def test_a_list_of_holidays_is_typed_reviewed_and_shown(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("calendar")
        await maker.sees("May 2022", "e holidays")
        await maker.press("e")
        await maker.sees("Holidays of 2022")
        await maker.press("f8")
        await maker.sees("Nothing is changed yet")
        await maker.press("n")
        await maker.sees("Add holidays")
        await maker.pastes("2022-07-01 HKSAR Establishment Day\n2022-12-27 Boxing Day, observed")
        await maker.press("enter")
        await maker.sees("2022-07-01", "HKSAR Establishment Day", "+ added", "2022-12-27")
        maker.keeps("calendar_holidays")
        await maker.press("escape")
        await maker.sees("Leave the form?")
        await maker.press("s")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "+ HKSAR Establishment Day")
        await maker.press("f8")
        await maker.sees("waits for")
        await approves(checker, "Set holidays of 2022")
        await maker.press("escape", "f5", "pagedown", "pagedown", "home")
        await maker.sees("July 2022", "1○")


async def test_more_time_and_exemptions_stand_in_the_calendar_and_at_home(opens: Opens, world: World) -> None:
    until = FRIDAY.replace(hour=14)
    more = ExtendCutOff(folder="SD-1", input_date=TODAY, until=until, identity_codes=("01234",), reason="Line down")
    await settles(world, "OPER01", "OPER02", more)
    await settles(
        world, "OPER01", "OPER02", Exempt(folder="SD-1", input_date=TODAY, identity_codes=("01235",), reason="Dormant")
    )
    async with consoles(opens, world, "CHAN01") as (chan,):
        await chan.sees("Due today", "◐ until 22:00, extended", "○ exempt: Dormant")
        chan.keeps("home_extended")
        await chan.press("ctrl+p")
        await chan.types("trading days")
        await chan.press("enter")
        await chan.sees("May 2022", "More time in 2022", "01234  until 22:00  Line down", "○ exempt  Dormant")
        assert "close the day" not in chan.screen
        chan.keeps("calendar_participant")
        await chan.press("x")
        await chan.sees("Operators decide it, in pairs (2002).")
        await chan.press("enter")
        await chan.sees("2022-05-20 (Fri)", "until 22:00, extended", "01235")
        assert "09999" not in chan.screen, "a firm sees its own identities alone"


async def test_a_returned_proposal_comes_back_as_it_was_typed(opens: Opens, world: World) -> None:
    holidays = (Holiday(day=date(2022, 7, 1), name="Establishment Day"),)
    until = FRIDAY.replace(hour=14)
    seen: dict[str, tuple[Proposal, tuple[str, ...]]] = {
        "Extend the cut-off of SD-1": (
            ExtendCutOff(folder="SD-1", input_date=TODAY, until=until, identity_codes=("01234",), reason="Line down"),
            ("2022-05-20 22:00", "01234", "Line down"),
        ),
        "Exempt from SD-1": (
            Exempt(folder="SD-1", input_date=TODAY, identity_codes=("01234", "01235"), reason="Dormant"),
            ("01234, 01235", "Dormant"),
        ),
        "Close the market for a day": (CloseMarket(day=date(2022, 5, 23), reason=TYPHOON), ("2022-05-23", TYPHOON)),
        "Holidays of 2022": (SetHolidays(year=2022, holidays=holidays), ("Establishment Day", "+ added")),
    }
    requests = {title: (await asks(world, "OPER01", proposal)).id for title, (proposal, _) in seen.items()}
    async with consoles(opens, world, "OPER01") as (maker,):
        for title, (_, words) in seen.items():
            goes(maker, "approvals", request=str(requests[title]))
            await maker.sees(f"Approvals › {requests[title]}", "e revise")
            await maker.press("e")
            await maker.sees(title, *words)
            await maker.press("escape", "escape")
            await maker.sees("newest first in each part")


async def test_the_calendar_fits_the_smallest_terminal_and_shows_more_in_a_large_one(
    opens: Opens, world: World
) -> None:
    for size, words in (((40, 12), ("May 2022", "20")), ((120, 40), ("May 2022", "June 2022", "Friday 20 May 2022"))):
        async with opens(size=size) as person:
            await person.sign_in_as("AUDIT01", world.people["AUDIT01"], world.fresh_otp("AUDIT01"))
            await person.sees("Home")
            goes(person, "calendar")
            await person.sees(*words)
            person.keeps(f"calendar_at_{size[0]}")
            await person.press("x")
            await person.sees("Auditors only look")
