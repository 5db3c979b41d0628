"""Draws docs/pictures/*.svg: the real console before a real platform. `python docs/pictures.py`."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

import httpx

DOCS: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # the tests' driver is not installed with the product
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

from backend.core.calendar import Calendar  # noqa: E402
from backend.demo.history import tell  # noqa: E402
from backend.demo.samples import stamp_duty_return  # noqa: E402
from tests.tui.driver import Person, console  # noqa: E402
from tests.world import World, open_world  # noqa: E402


async def draw() -> None:
    with tempfile.TemporaryDirectory() as folder, open_world(Path(folder) / "data") as world:
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
    await person.sees("superseded", "4505")
    _keep(person, "activity")
    await person.press("down", "enter")
    await person.sees("certutil")
    _keep(person, "detail")


def _keep(person: Person, name: str) -> None:
    """The screen as SVG, with the reader's own monospaced font: nothing is fetched from anywhere."""
    svg = person.app.export_screenshot(title="ecp")
    svg = re.sub(r"@font-face\s*{[^}]*}", "", svg)
    (DOCS / "pictures").mkdir(exist_ok=True)
    (DOCS / "pictures" / f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    asyncio.run(draw())
