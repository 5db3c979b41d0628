"""Download folders: what was published is listed, fetched in the background, and leaves a whole file or none."""

from __future__ import annotations

from pathlib import Path

from tests.publishing import NAME, publish
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World

BYTES = b"trade,price\n" * 5000


async def opens_trade_files(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("to download")
    await chan.chooses("RPT-TRD")
    await chan.sees("RPT-TRD: Trade File")


async def saves_at(chan: Person, target: Path) -> None:
    await chan.press("d")
    await chan.sees("Download 60")
    field = chan.app.screen.query_one("#target")
    field.value = str(target)  # type: ignore[attr-defined]  # the path field
    await chan.press("enter")


async def test_a_new_file_is_said_at_home_opened_there_and_fetched_with_one_key(
    person: Person, world: World, tmp_path: Path
) -> None:
    one = publish(world, BYTES)
    await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
    await person.sees("New to download", NAME)
    person.keeps("home-downloads")
    await person.chooses(f"new/{one.log_index}")
    await person.sees("RPT-TRD: Trade File", NAME, "● published", "newest first")
    person.keeps("publications")
    await person.press("d")
    await person.sees("Download 60", "Save")
    person.app.screen.query_one("#target").value = f"/home/chan/{NAME}"  # type: ignore[attr-defined]  # the path field
    await person.sees(f"/home/chan/{NAME}")
    person.keeps("publications-get")
    await person.press("escape")
    await saves_at(person, tmp_path / NAME)
    await person.sees("Downloading to", "F7 shows how far it is")
    await person.waits_until((tmp_path / NAME).exists, "for the file")
    assert (tmp_path / NAME).read_bytes() == BYTES
    await person.press("f5")
    await person.sees("↓ fetched")
    await person.press("f7")
    await person.sees(NAME, "↓ saved")
    person.keeps("transfers-download")
    await person.goes_to("Home")
    await person.does_not_see("New to download")


async def test_enter_shows_everything_about_a_published_file_and_its_sha256(chan: Person, world: World) -> None:
    one = publish(world, BYTES)
    await opens_trade_files(chan)
    await chan.chooses(str(one.log_index))
    await chan.sees("published", NAME, "Published  ", "Log entry", "SHA-256", one.sha256[:16])
    assert "save receipt" not in chan.screen
    chan.keeps("publication-detail")


async def test_an_empty_download_folder_says_so(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("to download")
    await chan.chooses("RPT-CLP")
    await chan.sees("Nothing was published in RPT-CLP for your identities yet.")
    await chan.press("d")
    await chan.sees("There is no file here.")
    chan.keeps("publications-empty")


async def test_a_withdrawn_file_stays_listed_and_cannot_be_fetched(chan: Person, world: World) -> None:
    publish(world, BYTES)
    world.services.publishing.withdraw(world.actor("OPER01"), "RPT-TRD", "01234", NAME, "wrong")
    await opens_trade_files(chan)
    await chan.sees("○ withdrawn")
    await chan.press("d")
    await chan.sees("The operator withdrew this file.")


async def test_a_file_that_lies_there_is_replaced_only_when_asked(chan: Person, world: World, tmp_path: Path) -> None:
    publish(world, BYTES)
    target = tmp_path / NAME
    target.write_bytes(b"before")
    await opens_trade_files(chan)
    await saves_at(chan, target)
    await chan.sees("Replace the file?", "exists already")
    await chan.press("n")
    assert target.read_bytes() == b"before"
    await chan.press("escape")
    await saves_at(chan, target)
    await chan.sees("Replace the file?")
    await chan.press("y")
    await chan.waits_until(lambda: target.read_bytes() == BYTES, "for the new bytes")


async def test_a_line_that_breaks_is_waited_for_and_leaving_says_what_it_would_cut_off(
    opens: Opens, world: World, tmp_path: Path
) -> None:
    publish(world, BYTES)
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as chan:
        await chan.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await opens_trade_files(chan)
        line.down = True
        await saves_at(chan, tmp_path / NAME)
        await chan.press("f7")
        await chan.sees("◐ waiting")
        chan.keeps("transfers-download-waiting")
        await chan.press("ctrl+q")
        await chan.sees(NAME, "waiting for the line")
        await chan.press("escape")
        line.down = False
        await chan.sees("↓ saved")
    assert (tmp_path / NAME).read_bytes() == BYTES
