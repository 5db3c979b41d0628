"""A trading day of the exchange, told by a pair of operators: publish, watch, extend, collect, migrate, decommission.

The clock is moved from hour to hour. Consoles, HTTP, the SSH server, OpenSSH's sftp and the existing ECP are the real
ones, in one process.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ecp_tui.widgets.table import Table
from tests.doors.existing_ecp.conftest import DECLARATION, FILE, Browser, Intake, intake_of
from tests.sftp_world import SftpWorld, open_door
from tests.submitting import broken_invariants, submitted
from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_calendar import approves
from tests.world import FRIDAY, World

TODAY = FRIDAY.date()
PRICES = "CLP_20220520.csv"
LARGE = b"%PDF-1.7 " + bytes(200_000)
TYPHOON = "Typhoon signal no. 8"


class InFlight(io.BytesIO):
    """A file whose first part is on its way when the clock reaches an instant."""

    def __init__(self, world: World, instant: datetime) -> None:
        super().__init__(LARGE)
        self._world, self._instant = world, instant

    @property
    def passed(self) -> bool:
        return self._world.clock.at == self._instant

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            self._world.clock.at = self._instant
        return super().read(size)


@pytest.fixture
async def sftp_world(world: World, tmp_path: Path) -> AsyncIterator[SftpWorld]:
    async with open_door(world, tmp_path) as opened:
        yield opened


@pytest.fixture
def intake(world: World) -> Intake:
    return intake_of(world)


def hong_kong(hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 5, 20, hour - 8, minute, tzinfo=UTC)


def name_of(code: str) -> str:
    return f"SD1_{code}_20220520.csv"


def files(world: World, who: str, code: str) -> None:
    submitted(world, world.actor(who), code.encode(), identity_code=code, input_date=TODAY, file_name=name_of(code))


async def reviewed(maker: Person) -> None:
    """The form is looked over, and asked for."""
    await maker.press("f8")
    await maker.sees("Not asked for yet")
    await maker.press("f8")
    await maker.sees("waits for")


@pytest.mark.slow
async def test_one_operator_pair_takes_the_platform_through_a_trading_day(
    world: World, opens: Opens, sftp_world: SftpWorld, intake: Intake, tmp_path: Path
) -> None:
    await publishes_to_everybody(world, opens, tmp_path)
    await watches_the_board_fill(world, opens, sftp_world)
    await extends_for_a_typhoon(world, opens)
    await sees_two_firms_late(world, opens)
    await collects_by_sftp(world, opens, sftp_world)
    await plans_the_last_batches(world, opens)
    browser = await intake.signed_in()
    await migrates_while_a_file_is_in_flight(world, browser)
    await decommissions(world, opens, browser)
    assert broken_invariants(world) == []


async def publishes_to_everybody(world: World, opens: Opens, tmp_path: Path) -> None:
    file = tmp_path / PRICES
    file.write_text("stock,close\n00005,52.10\n")
    async with consoles(opens, world, "OPER01", "TAI09") as (operator, tai):
        await operator.goes_on_to("publish")
        await operator.sees("Nothing stands. n publishes a file.")
        await operator.press("n")
        await operator.sees("Publish a file", "Folder")
        await operator.pastes(str(file))
        await operator.sees("RPT-CLP", "Closing Prices")
        await operator.press("f8")
        await operator.sees("Choose whom it is for")
        await operator.press("down")
        await operator.sees("everybody", "not published yet · reaches 6 identities")
        await operator.press("f8")
        await operator.sees("Review", "New for 6 identities.")
        await operator.press("enter")
        await operator.sees("Fetched by", "0 of 6", "● published")
        await tai.goes_to("Home")
        await tai.press("f5")
        await tai.sees("New to download", PRICES)


async def watches_the_board_fill(world: World, opens: Opens, sftp: SftpWorld) -> None:
    async with consoles(opens, world, "OPER01") as (operator,):
        await operator.goes_on_to("board")
        await operator.sees("Not filed (3)", "01234", "01235", "09999")
        path = sftp.file(name_of("01234"), b"01234")
        put = await sftp.sftp(f"put {path} /01234/SD-1/submit/")
        assert put.code == 0, put.said
        await operator.press("f5")
        await operator.sees("1 of 3", "Not filed (2)")


async def extends_for_a_typhoon(world: World, opens: Opens) -> None:
    world.clock.at = hong_kong(19, 30)
    async with consoles(opens, world, "OPER01", "OPER02", "CHAN01") as (maker, checker, chan):
        await maker.goes_on_to("board")
        await maker.sees("Not filed (2)")
        await maker.press("e")
        await maker.sees("Extend the cut-off of SD-1", "2022-05-20 22:00")
        await maker.press("tab", "tab")
        await maker.pastes(TYPHOON)
        await reviewed(maker)
        await approves(checker, "Extend cut-off")
        await chan.goes_to("Home")
        await chan.press("f5")
        await chan.sees("until 22:00, extended")


async def sees_two_firms_late(world: World, opens: Opens) -> None:
    world.clock.at = hong_kong(22, 30)
    async with consoles(opens, world, "OPER01") as (operator,):
        await operator.goes_on_to("board")
        await operator.sees("✕ 2 missing", "01235", "09999")
        files(world, "CHAN01", "01235")
        files(world, "TAI09", "09999")
        await operator.press("f5")
        await operator.sees("! 2 late", "● 1 in time")


async def collects_by_sftp(world: World, opens: Opens, sftp: SftpWorld) -> None:
    there = f"/collect/SD-1/01234/{TODAY}/{name_of('01234')}"
    got = await sftp.sftp(f"get {there} {sftp.folder / 'got'}", login_id="OPER01")
    assert got.code == 0, got.said
    assert (sftp.folder / "got").read_bytes() == b"01234"
    async with consoles(opens, world, "OPER01", "CHAN01") as (operator, chan):
        await operator.goes_on_to("inbox")
        await operator.sees("2 waiting", name_of("01235"), name_of("09999"))
        await chan.goes_to("Activity")
        await chan.sees(name_of("01234"), "collected")


async def plans_the_last_batches(world: World, opens: Opens) -> None:
    """DECL and NBCAN are still with the existing ECP: both move at 23:30."""
    world.clock.at = hong_kong(23)
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        for batch in ("2", "3"):
            await maker.goes_on_to("migration")
            await maker.sees("Batch 2", "Batch 3", "NBCAN", "DECL")
            await maker.press("x")
            await maker.sees("The existing ECP still serves NBCAN, DECL (3009).")
            maker.app.screen.query_one(Table).go_to(f"batch/{batch}")
            await maker.press("e")
            await maker.sees("Plan a migration batch", f"batch {batch}")
            await maker.press("tab", "tab")
            await maker.pastes("2022-05-20 23:30")
            await reviewed(maker)
            await approves(checker, f"Plan migration batch {batch}")
            await maker.press("escape")
            await checker.press("escape")


async def migrates_while_a_file_is_in_flight(world: World, browser: Browser) -> None:
    """Begun at the existing ECP before the instant, complete after it: refused there, taken here, kept once."""
    await browser.open()
    assert "DECL" in browser.text
    sent = InFlight(world, hong_kong(23, 30))
    refused = await browser.submit(sent)  # type: ignore[arg-type]  # httpx reads it as it sends
    assert sent.passed and refused.status_code == 409
    assert "4510" in browser.text and "ECP 2.0" in browser.text
    facts = {"folder": "DECL", "identity_code": "01234", "file_name": FILE}
    day = date.fromisoformat(DECLARATION["input_date"])
    taken = submitted(world, world.actor("CHAN01"), LARGE, input_date=day, **facts)
    assert taken.activity.sha256 == hashlib.sha256(LARGE).hexdigest() and taken.activity.version == 1
    await browser.open()
    assert "DECL" not in browser.text and "NBCAN" not in browser.text, "disabled there, and hidden"


async def decommissions(world: World, opens: Opens, browser: Browser) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("migration")
        await maker.sees("Migration")
        await maker.press("x")
        await maker.sees("Decommission the existing ECP", "For good")
        await maker.pastes("Every folder has moved")
        await maker.press("enter")
        await maker.sees("Not asked for yet")
        await maker.press("f8")
        await maker.sees("waits for")
        await approves(checker, "Decommission the existing ECP")
    assert (await browser.open()).status_code == 410
