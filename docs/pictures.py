"""Draws docs/pictures: the real console before a real platform, and in a real browser. `python docs/pictures.py`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from base64 import b32decode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import httpx

DOCS: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # the tests' driver is not installed with the product
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

from backend.adapters.one_time_codes import code, step_at  # noqa: E402
from backend.core.calendar import Calendar  # noqa: E402
from backend.demo.history import tell  # noqa: E402
from backend.demo.people import COLLEAGUES  # noqa: E402
from backend.demo.samples import stamp_duty_return  # noqa: E402
from ecp_tui.web.server import listening  # noqa: E402
from ecp_tui.web.site import Site  # noqa: E402
from tests.tui.driver import Person, console  # noqa: E402
from tests.web.chromium import chromium  # noqa: E402
from tests.web.edition import enter  # noqa: E402
from tests.world import World, open_world  # noqa: E402


async def draw() -> None:
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder) / "data", colleagues=COLLEAGUES) as world:
        os.environ["HOME"] = folder  # so that paths are short, and the same in every run
        tell(world.platform, Calendar(world.platform.settings.zone))
        transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
        async with console(transport, Path(folder), world.clock.now) as person:
            await _story(person, world, Path(folder))


async def _story(person: Person, world: World, folder: Path) -> None:
    wrong = folder / "SD1_01235_20220519.csv"
    wrong.write_bytes(stamp_duty_return("01235", date(2022, 5, 19), 164))
    await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
    await person.sees("Due today")
    _keep(person, "home")
    await person.goes_to("Submit")
    await person.pastes(str(wrong))
    await person.sees("2022-05-19")
    await person.press("shift+tab", "up")
    await person.sees("4505")
    _keep(person, "submit")
    await person.goes_to("Activity")
    await person.sees("collected", "4505")
    _keep(person, "activity")
    await person.press("down", "enter")
    await person.sees("certutil")
    _keep(person, "detail")
    await person.press("ctrl+q")
    await person.sees("Leave ECP 2.0?")
    await person.press("o")
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.goes_on_to("board")
    await person.sees("Not filed")
    _keep(person, "board")


def _keep(person: Person, name: str) -> None:
    """The screen as SVG, with the reader's own monospaced font: nothing is fetched from anywhere."""
    svg = person.app.export_screenshot(title="ecp")
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    (DOCS / "pictures").mkdir(exist_ok=True)
    (DOCS / "pictures" / f"{name}.svg").write_text(svg, "utf-8")


async def draw_browser() -> None:
    """The page of the browser edition before a demo, as Chromium shows it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        ecpd = Path(sys.executable).with_name("ecpd")
        demo = await asyncio.create_subprocess_exec(ecpd, "demo", "--json", stdout=asyncio.subprocess.PIPE)
        assert demo.stdout is not None  # noqa: S101 - it was asked for
        told = json.loads(await demo.stdout.readline())
        chan = next(one for one in told["accounts"] if one["login_id"] == "CHAN01")
        try:
            async with listening(Site(server=told["http"], port=0, log=Path(name) / "web.log")) as site:
                await _picture(site, Path(name) / "profile", chan)
        finally:
            demo.terminate()
            await demo.wait()


async def _picture(site: Site, profile: Path, chan: dict[str, str]) -> None:
    otp = code(b32decode(chan["otp_secret"]), step_at(datetime.now(UTC)))
    async with chromium(profile, "--blink-settings=preferredColorScheme=0", "--window-size=900,600") as browser:
        tab = await enter(browser, site.public_url, "CHAN01", chan["password"], otp)
        await tab.press("4")
        await tab.sees("collected", "4505")
        await asyncio.sleep(0.5)  # until it is drawn, too
        await tab.picture(DOCS / "pictures" / "browser.png")


if __name__ == "__main__":
    asyncio.run(draw())
    asyncio.run(draw_browser())
