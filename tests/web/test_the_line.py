"""The console's line: one process a visit, which stays where its page goes, and ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from ecp_tui.web import showing, visits
from ecp_tui.web.visits import Closed
from tests.web.edition import Edition, Visitor, until

_SEQUENCES = re.compile(r"\x1b(\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|\][^\x07\x1b]*(\x07|\x1b\\)|[^\[\]])")
_PATIENCE = 20.0


@dataclass
class Page:
    """A console's line, and all that was painted on it."""

    line: aiohttp.ClientWebSocketResponse
    painted: bytearray = field(default_factory=bytearray)
    told: list[Any] = field(default_factory=list)

    @property
    def text(self) -> str:
        return _SEQUENCES.sub("", self.painted.decode("utf-8", "replace"))

    async def sees(self, words: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            while words not in self.text:
                await self.hear()

    async def quiet(self, seconds: float) -> int:
        """Bytes that come within so many seconds."""
        before = len(self.painted)
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.hear()
        except TimeoutError:
            return len(self.painted) - before

    async def press(self, keys: str) -> None:
        await self.line.send_json(["stdin", keys])

    async def closed(self) -> int | None:
        async with asyncio.timeout(_PATIENCE):
            while not self.line.closed:
                await self.hear()
        return self.line.close_code

    async def hear(self) -> None:
        message = await self.line.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            self.painted += message.data
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.told.append(json.loads(message.data))


@pytest_asyncio.fixture
async def visitor(edition: Edition) -> AsyncIterator[Visitor]:
    async with edition.visitor() as one:
        assert (await one.sign_in())[0] == 303
        yield one


def consoles() -> list[int]:
    """The consoles that this process has started, by their ids."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (folder / "stat").exists():
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"ecp_tui.web" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


async def test_a_page_that_comes_back_shows_the_same_console_and_one_opened_beside_it_takes_it_over(
    visitor: Visitor,
) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        await page.press("4")
        await page.sees("Activity")
        await page.press("2")
        await page.sees("Stamp Duty Daily Return")
    assert (await visitor.ask("GET", "/alive"))[0] == 204
    async with visitor.line(query="?width=100&height=30") as line:
        again = Page(line)
        await again.sees("Stamp Duty Daily Return")
        assert "of 20 users" not in again.text and b"\x1b[?1049h" in again.painted
        async with visitor.line() as other:
            newest = Page(other)
            why, _ = await asyncio.gather(again.closed(), newest.sees("Stamp Duty Daily Return"))
            assert why == Closed.ELSEWHERE
            await newest.press("1")
            await newest.sees("of 20 users")
    assert len(consoles()) == 1


async def test_a_console_that_is_left_ends_session_cookie_and_process(visitor: Visitor) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        await page.press("\x11")
        await page.sees("Leave ECP 2.0?")
        await page.press("o")
        assert await page.closed() == Closed.LEFT
    await until(lambda: not consoles())
    assert (await visitor.ask("GET", "/alive"))[0] == 401
    world = visitor.edition.world
    assert len(world.services.sessions.own(world.actor("CHAN01"))) == 1


async def test_a_page_that_stays_away_for_a_minute_has_left(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "GRACE", 0.5)
    async with visitor.line() as line:
        await Page(line).sees("of 20 users")
        assert len(consoles()) == 1
    await until(lambda: not consoles())
    assert (await visitor.ask("GET", "/alive"))[0] == 401
    world = visitor.edition.world
    assert len(world.services.sessions.own(world.actor("CHAN01"))) == 1, "the session has ended with it"


async def test_a_killed_console_hurts_its_own_visit_alone(visitor: Visitor) -> None:
    async with visitor.edition.visitor() as other:
        await other.sign_in("LEE02")
        async with visitor.line() as line, other.line() as theirs:
            page, whole = Page(line), Page(theirs)
            await page.sees("of 20 users")
            mine = consoles()
            await whole.sees("LEE02")
            os.kill(mine[0], signal.SIGKILL)
            assert await page.closed() == Closed.BROKEN
            await whole.press("2")
            await whole.sees("Closing Prices")
            assert "CHAN01" not in whole.text


async def test_a_console_has_its_token_from_the_pipe_alone_and_an_empty_environment(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECP_SECRET_OF_THE_SERVER", "yes")
    async with visitor.line() as line:
        await Page(line).sees("of 20 users")
        place = Path(f"/proc/{consoles()[0]}")
        names = {one.partition(b"=")[0] for one in (place / "environ").read_bytes().split(b"\0") if one}
        assert names == {b"LANG", b"TEXTUAL_COLOR_SYSTEM"}
        assert (place / "cmdline").read_bytes().split(b"\0")[1:-1] == [b"-I", b"-m", b"ecp_tui.web"]
        handles = {os.readlink(one) for one in (place / "fd").iterdir()}
        assert not any(name.startswith(str(visitor.edition.world.platform.settings.data_dir)) for name in handles)


async def test_a_console_whose_session_ended_covers_itself_and_signing_in_gives_the_page_back(visitor: Visitor) -> None:
    world = visitor.edition.world
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        await page.press("2")
        await page.sees("Stamp Duty Daily Return")
        world.services.sessions.end_others(world.actor("CHAN01"))
        await page.press("\x1b[15~")
        await page.sees("1005")
        before = len(page.painted)
        for keys in (world.people["CHAN01"].password, "\t", world.fresh_otp("CHAN01"), "\r"):
            await page.press(keys)
            await page.quiet(0.3)
        async with asyncio.timeout(20):
            while "Stamp Duty Daily Return" not in _SEQUENCES.sub("", page.painted[before:].decode("utf-8", "replace")):
                await page.hear()
        await page.press("\x11")
        await page.sees("Leave ECP 2.0?")
        await page.press("o")
        assert await page.closed() == Closed.LEFT
    assert len(world.services.sessions.own(world.actor("CHAN01"))) == 2, "the new session has ended, too"


async def test_where_no_process_is_to_be_had_the_page_hears_it_and_the_log_has_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("ecp_tui.web.process.ConsoleProcess.start", none)
    async with visitor.line() as line:
        assert await Page(line).closed() == Closed.BROKEN
    assert "Resource temporarily" in visitor.edition.site.log.read_text()


async def test_an_idle_console_sends_nothing(visitor: Visitor) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        windows = [await page.quiet(3.0) for _ in range(4)]
        assert 0 in windows, "what is due is told anew each minute, and nothing between"


@pytest.mark.parametrize(
    "said",
    ["{}", "[]", "[1]", "nonsense", '["stdin"', "\x00", '{"stdin":1}', "null", "[[]]", "[" * 100_000],
    ids=lambda said: repr(said[:10]),
)
async def test_a_page_that_says_what_our_script_never_says_is_closed_and_the_console_stays(
    visitor: Visitor, said: str
) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        for harmless in ('["stdin", 5]', '["resize", "x"]', '["resize", {"width": -5, "height": 1e9}]', '["ping", ""]'):
            await line.send_str(harmless)
        await line.send_str(said)
        assert await page.closed() == Closed.BROKEN
    async with visitor.line() as line:
        await Page(line).sees("of 20 users")


async def test_a_message_that_is_too_large_ends_the_line_and_not_the_console(visitor: Visitor) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        await line.send_str(json.dumps(["stdin", "x" * (showing.LARGEST + 1)]))
        assert await page.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    async with visitor.line(query="?width=99999999999&height=x") as line:
        await Page(line).sees("of 20 users")


async def test_eight_bit_junk_and_long_pastes_hurt_nobody(visitor: Visitor) -> None:
    async with visitor.line() as line:
        page = Page(line)
        await page.sees("of 20 users")
        await page.press("".join(map(chr, range(0x80, 0x100))) + "\x1b[999999;999999R\x1b]52;c;!\x07\ud800")
        await page.sees("Help for Home")  # half a character is taken for a question mark
        page.painted.clear()
        async with asyncio.timeout(_PATIENCE):
            while "of 20 users" not in page.text:
                await page.press("\x1b")
                await page.quiet(0.5)
        await page.press("\x1b[200~" + "p" * 200_000 + "\x1b[201~")
        await page.press("2")
        await page.sees("Large Open Position Report")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
async def test_the_end_of_the_server_ends_every_console(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        await visitor.sign_in()
        line = await visitor.line()
        await Page(line).sees("of 20 users")
        assert consoles()
        os.kill(consoles()[0], signal.SIGSTOP)  # one that does not end by itself is ended
    edition.world.closed = True
