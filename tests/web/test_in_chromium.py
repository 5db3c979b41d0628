"""The browser edition in a real Chromium: what a person sees, types, sends and comes back to."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio

from backend.core.calendar import Calendar
from tests.databases import REQUIRED
from tests.publishing import publish
from tests.web.chromium import AGENT, Chromium, chromium, installed
from tests.web.edition import Edition, signed_in, until

pytestmark = pytest.mark.skipif(
    installed() is None and os.environ.get(REQUIRED) != "1", reason="there is no Chromium on this machine"
)


@pytest_asyncio.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Chromium]:
    async with chromium(tmp_path / "profile") as started:
        yield started


def trading_day(edition: Edition) -> date:
    """The last one before today."""
    calendar = Calendar(edition.world.platform.settings.zone)
    return calendar.shifted(calendar.today(edition.world.clock.now()), -1)


async def test_a_person_signs_in_sends_a_file_by_link_submits_it_and_reloads_where_they_were(
    edition: Edition, browser: Chromium, tmp_path: Path
) -> None:
    tab = await signed_in(edition, browser)
    await tab.sees("of 20 users", "F10 menu")
    await tab.press("3")
    await tab.sees("File Submission")
    await tab.sees("type or paste its name", "Submit", "Cancel")
    name = f"LOPA_01234_{trading_day(edition):%Y%m%d}.xlsx"
    await tab.type(name)
    await tab.press("Tab")
    await tab.sees("01234")
    await tab.press("F8")
    sending = await browser.opened(lambda url: "/upload/" in url)
    await sending.until(f"document.body.innerText.includes('Expected: {name}')")
    file = tmp_path / name
    file.write_bytes(secrets.token_bytes(100_000))
    await sending.choose("#file", file)
    await sending.until("!document.querySelector('#arrived').hidden")
    digest = sha256(file.read_bytes()).hexdigest()
    assert digest[:16] in await sending.run("document.querySelector('#sha256').textContent")
    await tab.sees("Review", "100.0 KB", digest[:16])
    await tab.press("F8")
    await tab.sees("accepted", digest[:16])
    before = tab.screen
    await tab.ask("Page.reload")
    await tab.sees("accepted", digest[:16])
    assert tab.screen == before
    asked = {url.partition("://")[2].partition("/")[0] for url in (*tab.asked, *sending.asked)}
    assert asked == {edition.site.authority}, "nothing is asked of anybody else"
    assert (tab.complaints, sending.complaints) == ([], [])


async def test_keys_that_browsers_use_reach_the_console_and_files_it_makes_reach_the_downloads(
    edition: Edition, browser: Chromium, tmp_path: Path
) -> None:
    tab = await signed_in(edition, browser)
    await tab.sees("of 20 users")
    loaded = await tab.run("performance.timeOrigin")
    opened = {
        "F10": "Menu",
        "^p": "Menu",
        "F3": "Go to",
        "^o": "Go to",
        "F1": "filter",
        "F7": "Transfers",
        "^q": "Leave",
    }
    for key, words in opened.items():
        await tab.press(key.removeprefix("^"), ctrl=key.startswith("^"))
        await tab.sees(words)
        await tab.press("Escape")
        await tab.sees("of 20 users")
    for key, ctrl in (("F5", False), ("r", True), ("s", True), ("f", True)):
        await tab.press(key, ctrl=ctrl)
    assert await tab.run("performance.timeOrigin") == loaded, "no key reloads the page"

    publish(edition.world, b"a,b\r\n1,2\r\n")
    await browser.downloads_go_to(tmp_path / "downloads")
    await tab.press("2")
    await tab.sees("Trade File")
    for _ in range(4):
        await tab.press("ArrowDown")
    await tab.sees("RPT-TRD: Trade File")
    await tab.press("Enter")
    await tab.sees("TRD_01234_20220520.csv")
    await tab.press("d")
    await until(lambda: [one.read_bytes() for one in (tmp_path / "downloads").glob("*.csv")] == [b"a,b\r\n1,2\r\n"])


async def test_a_console_in_two_tabs_is_in_the_newer_one_and_leaving_leads_back_to_the_form(
    edition: Edition, browser: Chromium
) -> None:
    tab = await signed_in(edition, browser)
    await tab.sees("of 20 users")
    newer = await browser.tab()
    await newer.go(f"{edition.url}/")  # who is signed in already goes on
    await newer.sees("of 20 users")
    await tab.until("document.body.innerText.includes('shown in another page now')")
    await tab.run("document.querySelector('#cover-act').click()")
    await tab.sees("of 20 users")
    await newer.until("!document.querySelector('#cover').hidden")
    await tab.press("q", ctrl=True)
    await tab.sees("Leave ECP 2.0?")
    await tab.press("o")
    await tab.until("document.body.innerText.includes('You signed out.')")
    assert tab.complaints == []


async def test_a_phone_sees_2003_with_the_table_of_browsers(edition: Edition, browser: Chromium) -> None:
    tab = await browser.tab()
    phone = AGENT.format(version=141).replace("X11; Linux x86_64", "Linux; Android 10; K")
    await tab.ask("Emulation.setUserAgentOverride", userAgent=phone)
    await tab.go(f"{edition.url}/console")
    text = await tab.until("document.readyState == 'complete' && document.body.innerText")
    assert "2003" in text and "Google Chrome" in text and "Microsoft Edge" in text and "88 +" in text


async def test_a_link_of_a_mail_fills_in_its_code_which_leaves_the_address(edition: Edition, browser: Chromium) -> None:
    tab = await browser.tab()
    await tab.go(f"{edition.url}/recover#KY4F-DE0K-H56P-0V25-TXYQ-F2GV")
    await tab.until("document.querySelector('#code').value == 'KY4F-DE0K-H56P-0V25-TXYQ-F2GV' && !location.hash")
    assert all("KY4F" not in url.partition("#")[0] for url in tab.asked) and tab.complaints == []
