"""The board: who has filed and who has not, at a glance; who is given more time, and who need not file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget

from backend.contract.messages import Board
from ecp_tui.client import EcpClient
from ecp_tui.screens.base import EcpScreen
from ecp_tui.widgets.table import Table
from tests.submitting import submitted
from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable
from tests.world import FRIDAY, World

TODAY: dict[str, Any] = {"input_date": FRIDAY.date(), "file_name": "SD1_01234_20220520.csv"}


async def test_the_board_says_at_a_glance_who_has_not_filed_by_the_next_cut_off(opens: Opens, world: World) -> None:
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", **TODAY)
    async with consoles(opens, world, "OPER01") as (person,):
        await person.goes_on_to("board")
        await person.sees("Board", "Next", "1 of 3", "◐ 2 due", "● 1 in time")
        await person.sees("SD-1 2022-05-20 (Fri)", "cut-off 20:00, 3 h", "1 of 3 filed since 12:00")
        await person.sees("◐ Not filed (2): 01235 Acme Brokerage (HK) Ltd, 09999 陳大文證券有限公司")
        person.keeps("board")


async def test_after_the_cut_off_the_board_names_who_is_missing_and_who_was_late(opens: Opens, world: World) -> None:
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n")
    world.clock.move(hours=5)
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", **TODAY)
    async with consoles(opens, world, "AUDIT01") as (person,):
        await person.goes_on_to("board")
        await person.sees("Over", "1 of 3", "✕ 2 missing  ! 1 late", "✕ 2 missing")
        await person.chooses("SD-1/2022-05-20")
        await person.sees("Missing: 2", "✕ missing since 20:00", "Late: 1", "! late 21:0", "over for 1 h")
        person.keeps("board_line_over")
        assert "extend" not in person.screen
        await person.press("e")
        await person.sees("Auditors only look: operators propose it.")


async def test_enter_opens_who_filed_and_who_not_and_then_a_firm_day_by_day(opens: Opens, world: World) -> None:
    receipt = submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", **TODAY)
    async with consoles(opens, world, "OPER01") as (person,):
        await person.goes_on_to("board")
        await person.chooses("SD-1/2022-05-20")
        await person.sees("Not filed yet: 2", "◐ due 20:00", "In time: 1", "● received 16:00", "3 of 3")
        person.keeps("board_line")
        await person.press("f")
        await person.sees("who has not filed", "2 of 3")
        await person.does_not_see("received 16:00")
        await person.press("f", "f", "f")
        await person.sees("who need not file", "Nobody is in that state.", "0 of 3")
        await person.press("escape", "slash")
        await person.types("brokerage")
        await person.sees("01235", "1 of 3")
        await person.does_not_see("09999")
        await person.press("escape")
        await person.chooses("SD-1/01234")
        await person.sees("Acme Securities   ACME · last 10 trading days", "SD-1 for 01234", "● received 16:00")
        person.keeps("board_company")
        await person.press("enter", "enter")
        await person.sees("SHA-256", "SD1_01234_20220520.csv")
        assert receipt.activity.sha256 is not None
        await person.press("escape")
        await person.sees("last 10 trading days")


async def test_a_receipts_page_says_its_cut_off_whether_it_was_met_and_which_instant_counts(
    opens: Opens, world: World
) -> None:
    first = submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", **TODAY)
    world.clock.move(hours=5)
    late = submitted(
        world,
        world.actor("CHAN01"),
        b"a,b\n1,2\n",
        identity_code="01235",
        input_date=FRIDAY.date(),
        file_name="SD1_01235_20220520.csv",
    )
    async with consoles(opens, world, "CHAN01") as (chan,):
        for receipt, words in ((first, "● in time"), (late, "! late")):
            assert isinstance(chan.app.screen, EcpScreen)
            chan.app.screen.go("activity", log_index=str(receipt.activity.log_index))
            await chan.sees(f"20 May 20:00   {words}   the end of the upload counts")
        chan.keeps("receipt_late")


async def test_no_picture_needs_more_than_ascii_where_the_terminal_cannot(opens: Opens, world: World) -> None:
    async with opens(glyphs="ascii") as person:
        await person.sign_in_as("AUDIT01", world.people["AUDIT01"], world.fresh_otp("AUDIT01"))
        await person.goes_on_to("board")
        await person.sees("o Not filed (3)", "_____", "---")
        assert person.screen.isascii()
        await person.chooses("SD-1/2022-05-20")
        await person.sees("Not filed yet: 3", "o due 20:00")
        assert person.screen.isascii()
        await person.press("escape", "escape")
        await person.chooses("calendar")
        await person.sees("May 2022", "20o")
        assert person.screen.isascii()


async def test_more_time_is_two_hours_unless_somebody_says_otherwise(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_on_to("board")
        await maker.sees("◐ Not filed (3)")
        await maker.press("e")
        await maker.sees(
            "Extend the cut-off of SD-1", "Now 2022-05-20 20:00 HKT", "2022-05-20 22:00", "2 h 0 min later"
        )
        await maker.press("up", "up", "down")
        await maker.sees("2022-05-20 22:30")
        await maker.press("f8")
        await maker.sees("✕ needed")
        maker.keeps("board_extend")
        await maker.pastes("Typhoon signal no. 8")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "− 2022-05-20 20:00", "+ 2022-05-20 22:30", "Typhoon signal no. 8")
        maker.keeps("board_extend_review")
        await maker.press("f8")
        await maker.sees("waits for")
        await maker.press("escape")
        await maker.sees("Board", "Not filed (3)")


async def test_an_earlier_cut_off_is_refused_and_the_form_keeps_what_was_typed(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_on_to("board")
        await maker.sees("◐ Not filed (3)")
        await maker.press("e")
        await maker.sees("2022-05-20 22:00")
        await maker.press("ctrl+u")
        await maker.pastes("19:00")
        await maker.sees("! not later")
        await maker.press("tab", "tab")
        await maker.pastes("Why not")
        await maker.press("f8")
        await maker.sees("9002", "not later than the cut-off as it stands", "19:00", "Why not")


async def test_who_need_not_file_is_proposed_from_their_row(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01") as (maker,):
        await maker.goes_on_to("board")
        await maker.chooses("SD-1/2022-05-20")
        await maker.sees("Not filed yet: 3")
        maker.app.screen.query_one(Table).go_to("SD-1/09999")
        await maker.press("x")
        await maker.sees("Exempt from SD-1 for 2022-05-20", "09999")
        await maker.press("tab")
        await maker.pastes("Ceased trading")
        maker.keeps("board_exempt")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "Identity 09999", "+ exempt: Ceased trading")
        await maker.press("f8")
        await maker.sees("waits for")


async def test_what_is_listed_is_saved_as_csv_or_json(
    opens: Opens, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with consoles(opens, world, "OPER01") as (person,):
        await person.goes_on_to("board")
        await person.sees("◐ Not filed (3)")
        await person.press("w")
        await person.sees("Export 3 rows as .csv or .json")
        await person.press("enter")
        await person.sees("Saved:")
        saved = (tmp_path / "SD-1-2022-05-20.csv").read_text("utf-8-sig")
        assert saved.startswith("state,folder,title,input_date") and saved.count("due,SD-1,") == 3
        await person.press("enter")
        await person.sees("Not filed yet: 3")
        await person.press("w", "ctrl+u")
        await person.pastes(str(tmp_path / "all.json"))
        await person.press("enter")
        await person.sees("all.json")
        assert [one["state"] for one in json.loads((tmp_path / "all.json").read_text())["items"]] == ["due"] * 3


async def test_a_file_that_comes_shows_by_itself_and_nothing_is_painted_where_nothing_changed(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with consoles(opens, world, "OPER01") as (person,):
        await person.goes_on_to("board")
        await person.sees("◐ Not filed (3)", "0 of 3 filed")
        page = person.app.screen
        assert isinstance(page, EcpScreen)
        painted: list[Widget] = []

        def counted(widget: Widget, *_: object, **__: object) -> Widget:
            painted.append(widget)
            return widget

        with monkeypatch.context() as patch:
            patch.setattr(Widget, "refresh", counted)
            await page.load(background=True)
        assert painted == []
        submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n", **TODAY)
        await person.sees("◐ Not filed (2)", "1 of 3 filed", "● 1 in time")


async def test_a_board_without_a_server_keeps_its_lines_and_says_so(opens: Opens, world: World) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
        await person.goes_on_to("board")
        await person.sees("◐ Not filed (3)")
        line.down = True
        await person.press("f5")
        await person.sees("9001", "Not filed (3)")
        person.keeps("board_unreachable")


async def test_a_slow_server_is_waited_for_in_words_and_an_empty_board_says_why(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = asyncio.Event()

    async def board(_client: EcpClient, *, background: bool = False) -> Board:
        await answered.wait()
        return Board(now=world.clock.now(), lines=())

    monkeypatch.setattr(EcpClient, "board", board)
    async with consoles(opens, world, "OPER01") as (person,):
        assert isinstance(person.app.screen, EcpScreen)
        person.app.screen.go("board")
        await person.sees("Board", "Asking the server …")
        person.keeps("board_waiting")
        answered.set()
        await person.sees("Nothing is open: no folder has a cut-off in these days.", "0 open")
        person.keeps("board_empty")
        await person.press("e")
        await person.sees("There is no line here.")


@pytest.mark.parametrize("size", [(40, 12), (120, 40)])
async def test_the_board_fits_every_terminal(opens: Opens, world: World, size: tuple[int, int]) -> None:
    async with opens(size=size) as person:
        await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
        await person.sees("Home")
        assert isinstance(person.app.screen, EcpScreen)
        person.app.screen.go("board")
        await person.sees("SD-1", "◐ 3 due", "Not filed (3)")
        person.keeps(f"board_at_{size[0]}")
        await person.press("enter")
        await person.sees("Not filed yet: 3")
        person.keeps(f"board_line_at_{size[0]}")
        await person.press("enter")
        await person.sees("Acme Securities", "SD-1", "◐")
        person.keeps(f"board_company_at_{size[0]}")


async def test_the_board_is_the_staffs_alone(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "CHAN01") as (chan,):
        assert isinstance(chan.app.screen, EcpScreen)
        chan.app.screen.go("board")
        await chan.sees("Board: for the operator's own staff (2002).")
