"""Submitting over SSH: the file is named here, comes by a one-time ticket, and is looked at before it is submitted."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.contract.messages import ActivityFilter, FileTicketProgress
from backend.contract.served import Served
from tests.publishing import publish
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World

RIGHT = "SD1_01234_20220520.csv"
CONTENT = b"account,amount\n" + b"1,2\n" * 811
SERVED = Served(
    server="http://127.0.0.1:8443",
    seat="s",
    token=None,
    login_id="CHAN01",
    page="console",
    host="ecp.example",
    port=2222,
    fingerprint="SHA256:" + "q7Lk" * 10 + "XYZ",
    terminal={},
)


@asynccontextmanager
async def chan_by_ssh(opens: Opens, world: World, **options: Any) -> AsyncIterator[Person]:
    async with opens(reach="ssh", served=SERVED, **options) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        yield person


async def waits_for(person: Person, name: str) -> str:
    """From the form to the page that waits for the file; the ticket on it."""
    await person.goes_to("Submit")
    await person.sees("File Submission", "Identity", "File")
    await person.pastes(name)
    await person.press("f8")
    await person.sees("In another terminal", "waiting for the file")
    return ticket_on(person)


def ticket_on(person: Person) -> str:
    found = re.search(r"([A-Z2-7]{16})@ecp\.example", person.screen)
    assert found is not None
    return found[1]


async def sends(world: World, ticket: str, content: bytes) -> FileTicketProgress:
    """As `ssh TICKET@host < FILE` does, in one piece."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return await world.client().send_ticketed(ticket, chunks(), size=len(content))


async def test_a_file_named_here_comes_by_a_ticket_is_looked_at_and_submitted(opens: Opens, world: World) -> None:
    async with chan_by_ssh(opens, world) as person:
        await person.goes_to("Submit")
        await person.pastes(f"/home/chan/returns/{RIGHT}")
        await person.sees("from the name", RIGHT, "not sent yet")
        assert "/home" not in person.screen
        person.keeps("served-submit")
        await person.press("f8")
        await person.sees("ssh -p 2222", f"@ecp.example < {RIGHT}", 'cmd /c "ssh', "waiting for the file")
        ticket = ticket_on(person)
        await sends(world, ticket, CONTENT)
        await person.press("f5")
        await person.sees("Review", RIGHT, "3,259 bytes", "812 rows", "SHA-256", "not submitted yet")
        person.keeps("served-review")
        await person.press("enter")
        await person.sees("● accepted", RIGHT)
    row = world.services.activity.page(world.actor("CHAN01"), ActivityFilter(), None, 10).items[0]
    assert (row.state, row.file_name, row.size, row.channel) == ("accepted", RIGHT, len(CONTENT), "console")


async def test_what_the_name_says_wrong_is_said_before_anything_is_sent(opens: Opens, world: World) -> None:
    async with chan_by_ssh(opens, world) as person:
        await person.goes_to("Submit")
        await person.sees("File Submission", "Identity", "File")
        person.app.screen.query_one("#input_date").focus()
        await person.types("2022-05-19")
        person.app.screen.query_one("#file").focus()
        await person.pastes(RIGHT)
        await person.press("f8")
        await person.sees("4505", "F6")
        assert "In another terminal" not in person.screen


async def test_a_ticket_that_came_to_nothing_is_followed_by_another_with_one_key(
    opens: Opens, world: World, same_secrets: None
) -> None:
    async with chan_by_ssh(opens, world) as person:
        first = await waits_for(person, RIGHT)
        person.keeps("served-waiting")
        world.clock.move(minutes=11)
        await person.press("f5")
        await person.sees("the ticket ran out", "another ticket")
        person.keeps("served-expired")
        await person.press("f5")
        await person.sees("waiting for the file")
        assert ticket_on(person) != first


async def test_leaving_the_page_withdraws_the_ticket_and_keeps_the_form(opens: Opens, world: World) -> None:
    async with chan_by_ssh(opens, world) as person:
        ticket = await waits_for(person, RIGHT)
        await person.press("escape")
        await person.sees("File Submission", RIGHT, "from the name")
        with pytest.raises(Exception, match="4521"):
            await sends(world, ticket, CONTENT)


async def test_content_that_is_not_acceptable_is_listed_and_nothing_is_submitted(opens: Opens, world: World) -> None:
    async with chan_by_ssh(opens, world) as person:
        ticket = await waits_for(person, "LOP_01234_20220520.csv")
        await sends(world, ticket, b"these,are,not,the,columns\n1,2\n")
        await person.press("f5")
        await person.sees("4514")
        person.keeps("served-findings")


async def test_downloads_receipts_and_exports_are_lines_for_ones_own_terminal(opens: Opens, world: World) -> None:
    one = publish(world, b"x" * 6000)
    async with chan_by_ssh(opens, world) as person:
        await person.goes_to("Folders")
        await person.sees("to download")
        await person.chooses("RPT-TRD")
        await person.sees("RPT-TRD: Trade File", "● published")
        await person.press("d")
        await person.sees(f"ssh -p 2222 CHAN01@ecp.example get {one.log_index} >", "Type this in a terminal")
        person.keeps("served-line")
        await person.press("escape")
        await person.goes_to("Activity")
        await person.sees("newest first")
        await person.press("w")
        await person.sees("ssh -p 2222 CHAN01@ecp.example activity --json")


async def test_nothing_of_the_machine_is_looked_at_whatever_is_typed(
    opens: Opens, world: World, tmp_path: Path
) -> None:
    """Every file operation of the process is heard by an audit hook: none names what was typed or where we are."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / RIGHT).write_bytes(CONTENT)
    seen: list[str] = []
    async with chan_by_ssh(opens, world) as person:
        _HEARD.append(seen)
        try:
            await person.goes_to("Submit")
            for typed in (f"{secret}/", f"{secret}/SD1", f"~/{RIGHT}", f"{secret}/{RIGHT}", "../../etc/passwd"):
                await person.press("ctrl+u")
                await person.types(typed[:40])
                await person.press("right", "f8", "escape", "ctrl+f")
            await person.press("escape", "escape")
        finally:
            _HEARD.remove(seen)
    data_dir = world.platform.settings.data_dir  # where the server, in this very process, keeps its anchor
    looked_at = [path for path in seen if path != str(data_dir) and "/.anchor." not in path]
    assert not [path for path in looked_at if str(tmp_path) in path or "passwd" in path]


_HEARD: list[list[str]] = []


def _hear(event: str, values: tuple[object, ...]) -> None:
    if _HEARD and event in {"open", "os.listdir", "os.scandir", "os.stat"} and values:
        for seen in _HEARD:
            seen.append(str(values[0]))


sys.addaudithook(_hear)
