"""The board: who has filed and who has not, at a glance; who is given more time, and who need not file."""

from __future__ import annotations

from typing import Any

from tests.submitting import submitted
from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
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
