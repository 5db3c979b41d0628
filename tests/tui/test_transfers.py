"""Uploads go on whatever page one is on; F7 shows, cancels and repeats them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


class Gate(httpx.ASGITransport):
    """A line on which uploads wait until it is opened."""

    def __init__(self, world: World) -> None:
        super().__init__(app=world.app, raise_app_exceptions=False)
        self.open = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            await self.open.wait()
        return await super().handle_async_request(request)


@pytest.fixture
async def gate(world: World) -> Gate:
    return Gate(world)


@pytest.fixture
async def sender(opens: Opens, world: World, gate: Gate, tmp_path: Path) -> AsyncIterator[Person]:
    """CHAN01, with one upload on its way."""
    path = tmp_path / "SD1_01234_20220520.csv"
    path.write_bytes(b"a,b\n" * 500)
    async with opens(transport=gate) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        await person.goes_to("Submit")
        await person.sees("File Submission")
        await person.pastes(str(path))
        await person.sees("from the name", "cut-off")
        await person.press("enter")
        await person.sees("Review")
        await person.press("enter")
        await person.sees("Esc goes back to the form; the upload goes on, F7 shows it")
        yield person


async def test_escape_does_not_stop_an_upload_and_its_end_is_told_on_any_page(sender: Person, gate: Gate) -> None:
    sender.keeps("submit_progress")
    assert "   Submit" not in sender.screen, "the button is offered while its file is on its way"
    await sender.press("f8")
    await sender.sees("The file is on its way already.")
    await sender.press("escape")
    await sender.sees("File Submission", "being sent · F7 shows it")
    await sender.goes_to("Activity")
    await sender.sees("Activity Enquiry", "1 upload")
    gate.open.set()
    await sender.sees("SD1_01234_20220520.csv: accepted")
    await sender.goes_to("Submit")
    await sender.sees("type, paste or ^f to browse")


async def test_f7_shows_an_upload_and_cancels_it_only_when_told_to(sender: Person) -> None:
    await sender.press("f7")
    await sender.sees("Transfers", "1 transfer · 1 running", "Enter cancel")
    sender.keeps("transfers_running")
    await sender.press("enter")
    await sender.sees("Cancel this upload?", "Keep sending")
    await sender.press("enter")
    await sender.sees("1 running")
    await sender.press("enter")
    await sender.sees("Cancel this upload?")
    await sender.press("y")
    await sender.sees("○ cancelled", "0 running", "Enter send again")


async def test_what_was_cancelled_is_sent_again_under_the_same_id(sender: Person, gate: Gate) -> None:
    await sender.press("f7", "enter")
    await sender.sees("Cancel this upload?")
    await sender.press("y")
    await sender.sees("○ cancelled")
    gate.open.set()
    await sender.press("enter")
    await sender.sees("● accepted", "Enter receipt")
    await sender.press("enter")
    await sender.sees("● accepted", "version 1")


async def test_leaving_names_what_is_running(sender: Person) -> None:
    await sender.press("ctrl+q")
    await sender.sees("! SD1_01234_20220520.csv:", "nothing is submitted")
    await sender.press("escape")
    await sender.sees("Review")


async def test_signing_out_ends_what_is_running(sender: Person) -> None:
    await sender.press("ctrl+q", "tab", "enter")
    await sender.sees("Welcome")
    assert sender.app.context.transfers.items == []


class Broken(Gate):
    """A line that breaks after the first bytes of an upload, until it is opened; then it carries everything."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and not self.open.is_set():
            body = aiter(request.stream)  # type: ignore[arg-type]  # an upload's is asynchronous
            await anext(body)
            await anext(body)
            raise httpx.ReadError("the line broke")
        return await super().handle_async_request(request)


class TestWaitingForTheLine:
    @pytest.fixture
    async def gate(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Gate:
        monkeypatch.setattr("ecp_tui.client.filing.CHUNK", 1200)
        monkeypatch.setattr("ecp_tui.transfers.BACKOFF", (750.0,))
        return Broken(world)

    async def test_an_upload_says_what_is_kept_and_when_it_goes_on(self, sender: Person) -> None:
        await sender.sees("waiting for the line  1.2 of 2.0 KB kept  again in 12 min")
        sender.keeps("submit_waiting")
        await sender.press("f7")
        await sender.sees("◐ waiting, 1.2 of 2.0 KB kept", "waiting for the line, 1.2 of 2.0 KB kept, again in 12 min")
        sender.keeps("transfers_waiting")

    async def test_cancelling_it_is_heard_at_once_and_sending_again_goes_on_when_the_line_is_back(
        self, sender: Person, gate: Gate
    ) -> None:
        await sender.press("f7")
        await sender.sees("waiting for the line")
        await sender.press("enter")
        await sender.sees("Cancel this upload?", "waiting for the line, 1.2 of 2.0")
        await sender.press("y")
        await sender.sees("○ cancelled", "0 running")
        gate.open.set()
        await sender.press("enter")
        await sender.sees("● accepted")
