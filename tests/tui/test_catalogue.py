"""Catalogue: a folder's rule is changed by a pair, tried on past files before, and judges the next file."""

from __future__ import annotations

from tests.tui.administrators import consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


async def test_a_rule_is_changed_by_a_pair(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("catalogue")
        await maker.sees("SD-1", "Stamp Duty Daily Return", "LOPA", "cut-off 20:00")
        maker.keeps("catalogue")
        await maker.press("e")
        await maker.sees("Change folder SD-1", "Name patterns", "As it stands")
        await maker.press("tab", "end")
        await maker.types(", SDX_{identity}_{date}.csv")
        await maker.sees("+ SDX_{identity}_{date}.csv", "No file of the last 90 days")
        maker.keeps("catalogue_form")
        await maker.press("f8")
        await maker.sees("Not asked for yet", "SDX_")
        await maker.press("f8")
        await maker.sees("waits for")
        await checker.goes_to("Approvals")
        await checker.sees("change folder")
