"""The audit log on the screen: found, opened, verified here and exported, each as far as they may see."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from backend.adapters.database import tables
from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import LogExport, LogFilter, LogPage
from backend.contract.rules.checkpoints import read_checkpoint, read_signed
from ecp_tui.client import EcpClient
from tests.publishing import publish
from tests.submitting import submitted
from tests.tampering import unguarded
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.tui.test_served_submit import SERVED
from tests.world import World


@pytest.fixture
def history(world: World) -> None:
    """What came in, what went out, and a sign-in that was refused."""
    submitted(world, world.actor("CHAN01"), b"account,amount\n1,2\n")
    publish(world)
    submitted(world, world.actor("CHAN01"), b"account,amount\n1,3\n")


OTHERS = "SD1_09999_20220519.csv"


async def enters(person: Person, world: World, login_id: str) -> None:
    """Signs in, and goes to the audit log by the menu."""
    await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
    await person.press("ctrl+p")
    await person.sees("Menu")
    await person.types("audit log")
    await person.press("enter")
    await person.sees("Audit log", "newest first")


async def test_an_operator_sees_every_act_and_the_one_of_the_cursor_in_all_its_words(
    opens: Opens, world: World, history: None
) -> None:
    for size in ((80, 24), (120, 40), (40, 12)):
        async with opens(size=size) as person:
            await enters(person, world, "OPER01")
            await person.sees("accepted", "published", "signed in")
            person.keeps("audit" if size[0] == 80 else f"audit_at_{size[0]}")
            if size[0] == 80:
                await person.press("escape")
                await person.sees("Today", "Platform", "Audit log")


async def test_the_log_is_found_in_and_filtered_and_escape_clears_it(opens: Opens, world: World, history: None) -> None:
    async with opens() as person:
        await enters(person, world, "AUDIT01")
        await person.press("slash")
        await person.types("published")
        await person.sees("“published”", "1 of 1 ·")
        person.keeps("audit_find")
        await person.press("enter", "escape")
        await person.sees("everything that was done")
        await person.press("f")
        await person.sees("By login ID", "Company")
        person.keeps("audit_filter")
        await person.press("tab", "tab")
        await person.types("chan01")
        await person.press("f8")
        await person.sees("Audit log   CHAN01", "of 4 ·")
        await person.press("f")
        await person.sees("By login ID")
        await person.types("20-5-2022")
        await person.press("f8")
        await person.sees("✕ YYYY-MM-DD")


async def test_an_entry_is_shown_with_its_text_and_its_place_is_verified_here(
    opens: Opens, world: World, history: None
) -> None:
    async with opens() as person:
        await enters(person, world, "OPER01")
        await person.chooses("1")
        await person.sees("Audit log › 1", "● entry 1 of ", "● ", "receipt-v1", "log-index: 1")
        person.keeps("audit_entry")
        await person.press("c")
        await person.sees("Sent to the terminal's clipboard")
        await person.press("enter")
        await person.sees("Activity › detail", "signed, in the log: entry 1 of")
        await person.press("escape", "escape")
        await person.chooses("0")
        await person.sees("Audit log › 0", "● entry 0 of ", "act: signed-in")
        await person.press("enter")
        await person.sees("Activity has nothing of it")


async def test_an_entry_that_was_changed_in_the_database_does_not_verify(
    opens: Opens, world: World, history: None
) -> None:
    with unguarded(world) as to:
        to.execute(update(tables.activity).where(tables.activity.c.log_index == 0).values(login_id="LEE02"))
    async with opens() as person:
        await enters(person, world, "OPER01")
        await person.chooses("0")
        await person.sees("✕ The proof does not lead from this")
        person.keeps("audit_entry_wrong")
        await person.press("escape", "v")
        await person.sees("✕ NOT VERIFIED", "not those that", "Keep what was signed (w)")
        person.keeps("audit_verify_wrong")


async def test_the_whole_log_is_verified_here_and_its_checkpoint_kept(
    opens: Opens, world: World, history: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecp_tui.whole_log.AT_ONCE", 2)
    read, go_on = EcpClient.log_leaves, asyncio.Event()

    async def slowly(self: EcpClient, export: LogExport, start: int, limit: int = 500) -> tuple[str, ...]:
        if start == 4:
            await go_on.wait()
        return await read(self, export, start, limit)

    monkeypatch.setattr(EcpClient, "log_leaves", slowly)
    async with opens() as person:
        await enters(person, world, "AUDIT01")
        await person.press("v")
        await person.sees("█", "░", "57 %", "4 of 7 entries read")
        person.keeps("audit_verify_waiting")
        go_on.set()
        await person.sees("● VERIFIED", "7 entries recomputed here", "verified on this computer")
        person.keeps("audit_verify")
        await person.press("w")
        await person.sees("Save the signed checkpoint")
        await person.press("ctrl+u")
        await person.pastes(str(tmp_path / "now.checkpoint"))
        await person.press("enter")
        await person.sees("Saved:")
        assert read_checkpoint(read_signed((tmp_path / "now.checkpoint").read_text())[0]).size == 7
        await person.press("escape")
        await person.sees("Audit log   everything", "exported")


async def test_a_server_that_shows_less_or_other_entries_than_were_signed_is_found_out(
    opens: Opens, world: World, history: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = EcpClient.log_leaves
    lies: list[Callable[[list[str]], list[str]]] = [
        lambda texts: texts[:-1],
        lambda texts: [texts[1], texts[0], *texts[2:]],
        lambda texts: [texts[0].replace("CHAN01", "LEE02"), *texts[1:]],
        lambda texts: ["nonsense", *texts[1:]],
        lambda texts: [],
    ]
    async with opens() as person:
        await enters(person, world, "OPER01")
        await person.press("v")
        await person.sees("● VERIFIED")
        for lie in lies:

            async def lying(
                self: EcpClient, export: LogExport, start: int, limit: int = 500, lie: Any = lie
            ) -> tuple[str, ...]:
                return tuple(lie(list(await read(self, export, start, limit)))) if start == 0 else ()

            monkeypatch.setattr(EcpClient, "log_leaves", lying)
            await person.press("f5")
            await person.sees("✕ NOT VERIFIED")
            await person.does_not_see("● VERIFIED")


async def test_everybody_sees_their_own_part_and_the_staff_alone_verifies_the_whole(
    opens: Opens, world: World, history: None
) -> None:
    async with opens() as person:
        await enters(person, world, "CHAN01")
        await person.sees("what you did", "accepted")
        await person.does_not_see("OPER01")
        person.keeps("audit_own")
        await person.press("v")
        await person.sees("by the operator's staff")
        await person.press("f")
        await person.sees("By login ID")
        await person.does_not_see("Company")


async def test_what_the_filter_finds_is_exported_and_that_is_recorded_before(
    opens: Opens, world: World, history: None, tmp_path: Path
) -> None:
    async with opens() as person:
        await enters(person, world, "OPER01")
        for name in ("log.csv", "log.json"):
            await person.press("w")
            await person.sees("rows as .csv or .json")
            await person.press("ctrl+u")
            await person.pastes(str(tmp_path / name))
            await person.press("enter")
            await person.sees("Saved:")
        rows = list(csv.DictReader((tmp_path / "log.csv").read_text("utf-8-sig").splitlines()))
        assert [row["log_index"] for row in rows] == [str(number) for number in range(7, -1, -1)]
        items = json.loads((tmp_path / "log.json").read_text())["items"]
        assert items[0]["act"] == "exported" and items[0]["login_id"] == "OPER01"


async def test_an_empty_list_and_a_server_that_is_away_say_so(
    opens: Opens, world: World, history: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opens() as person:
        await enters(person, world, "OPER01")
        await person.press("slash")
        await person.types("zzz")
        await person.sees("Nothing fits the filter. Esc clears it.", "no entry")
        person.keeps("audit_empty")
        await person.press("escape")

        async def away(self: EcpClient, wanted: LogFilter, **_: object) -> LogPage:
            raise Refused(UNREACHABLE, server="127.0.0.1", why="connection refused")

        monkeypatch.setattr(EcpClient, "log", away)
        await person.press("f5")
        await person.sees("9001", "1 of ")
        person.keeps("audit_unreachable")


async def test_over_ssh_a_line_exports_what_the_filter_finds(opens: Opens, world: World, history: None) -> None:
    async with opens(reach="ssh", served=SERVED) as person:
        await enters(person, world, "CHAN01")
        await person.press("slash")
        await person.types("signed in")
        await person.sees("“signed in”", "newest first")
        await person.press("enter", "w")
        await person.sees("Type this in a terminal", "audit export -o - --text", "\"'signed in'\" > audit-log-")
        person.keeps("audit_line")
    async with opens(reach="ssh", served=SERVED) as person:
        await enters(person, world, "AUDIT01")
        await person.press("v")
        await person.sees("● VERIFIED", "verified on the server's computer", "ecp audit verify")


async def test_an_administrator_sees_the_company_s_entries_and_verifies_them(
    opens: Opens, world: World, history: None
) -> None:
    submitted(world, world.actor("TAI09"), b"account,amount\n1,9\n", identity_code="09999", file_name=OTHERS)
    company = world.account("CHAN01").company
    found = (world.account(one) for one in world.people)
    login_id = next(one.login_id for one in found if one.kind == "da" and one.company == company)
    async with opens() as person:
        await enters(person, world, login_id)
        await person.sees("what was done in Acme Securities", "CHAN01", "published")
        await person.does_not_see("TAI09")
        person.keeps("audit_company")
        await person.chooses("1")
        await person.sees("● entry 1 of", "● by SHA256:")
        await person.press("enter")
        await person.sees("signed, in the log: entry 1 of")
