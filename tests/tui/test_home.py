"""Home, error 2000 and the ways out."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import Receipt
from ecp_tui.draft import Upload
from ecp_tui.screens.base import EcpScreen
from ecp_tui.transfers import Transfer
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World


async def test_home_lists_what_is_due_with_its_cut_off_and_the_zone(chan: Person) -> None:
    await chan.sees("Due today", "SD-1", "Stamp Duty Daily Return", "01234", "01235", "◐ due 20:00, 3 h 59 min", "HKT")
    chan.keeps("home")


async def test_home_shows_ones_own_submission_at_once_on_the_way_back(chan: Person, world: World) -> None:
    await chan.sees("Due today")
    home = chan.app.screen
    assert isinstance(home, EcpScreen)
    asked: list[bool] = []

    async def counted(background: bool) -> None:
        asked.append(background)

    home.load = counted  # type: ignore[method-assign]  # only whether it asks
    await chan.press("3")
    await chan.sees("File Submission")
    asked.clear()
    await chan.goes_to("Home")
    await chan.waits_until(lambda: asked == [True], "for Home to ask at once")


async def test_the_narrowest_home_shows_each_cut_off_whole(opens: Opens, world: World) -> None:
    async with opens(size=(40, 12)) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today", "◐ due 20:00")
        assert not [line for line in person.screen.splitlines() if "due 20:00" in line and "…" in line]


async def test_enter_on_an_obligation_opens_the_submission_page_for_it(chan: Person) -> None:
    await chan.sees("Due today")
    await chan.chooses("due/SD-1/01235/2022-05-20")
    await chan.sees("File Submission", "SD-1: Stamp Duty Daily Return", "01235", "2022-05-20")


async def test_a_delegated_administrator_begins_in_client_connect_and_gets_2000_of_ecp(
    person: Person, world: World
) -> None:
    await person.sign_in_as("WONGDA1", world.people["WONGDA1"], world.fresh_otp("WONGDA1"))
    await person.sees("Profile", "5 of 20 users")
    await person.press("1")
    await person.sees("2000", "No ECP function", "Functions held", "Missing         EU_", "Lee Chi Keung (LEEDA2)")
    person.keeps("no_access")
    await person.press("enter")
    await person.sees("Client Connect", "Profile", "5 of 20 users")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("escape")
    await person.sees("Profile", "5 of 20 users")
    await person.goes_to("Folders")
    await person.sees("Folders: your account holds no ECP function for it (2000).")


async def test_an_account_for_sftp_alone_gets_2000_with_that_reason(person: Person, world: World) -> None:
    await person.sign_in_as("ACMEBOT1", world.people["ACMEBOT1"], world.fresh_otp("ACMEBOT1"))
    await person.sees("2000", "EU_ECPSFTP alone opens SFTP, not the console")


async def test_escape_steps_back_but_never_quits(chan: Person) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    await chan.press("m")
    await chan.sees("Migration")
    await chan.press("escape")
    await chan.sees("for submission")
    await chan.press("escape")
    await chan.sees("Due today")
    await chan.press("escape", "escape", "escape")
    await chan.sees("Due today")


async def test_leaving_asks_and_staying_has_the_focus(chan: Person) -> None:
    await chan.press("ctrl+q")
    await chan.sees("Leave ECP 2.0?", "signed in as CHAN01", "Stay", "Sign out", "Quit")
    chan.keeps("leave")
    await chan.press("enter")
    await chan.does_not_see("Leave ECP 2.0?")
    await chan.sees("Due today")


async def test_signing_out_leaves_nothing_of_the_session(chan: Person) -> None:
    await chan.press("ctrl+q", "tab", "enter")
    await chan.sees("Welcome")
    await chan.goes_to("Home")
    await chan.sees("sign in first")
    assert chan.app.context.me is None and chan.app.context.client.token is None


async def test_quitting_ends_the_console(chan: Person) -> None:
    await chan.press("ctrl+q", "tab", "tab", "enter")
    await chan.waits_until(lambda: not chan.app.is_running, "to be out")


async def test_a_place_for_others_says_for_whom_it_is(chan: Person) -> None:
    administrators, staff = "for delegated administrators and operators (2002)", "for the operator's own staff (2002)"
    for place, whom in (("Users", administrators), ("Approvals", administrators), ("Operator", staff)):
        await chan.goes_to(place)
        await chan.sees(f"{place}: {whom}.")
        await chan.press("escape")


async def test_at_the_end_of_the_session_the_page_is_covered_and_signing_in_returns_to_it(
    chan: Person, world: World
) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    await chan.press("down")
    before = chan.screen.splitlines()[1:]
    world.clock.move(minutes=29)
    await chan.sees("ends in 60 s")
    world.clock.move(minutes=2)
    await chan.sees("Session ended", "1005", "Sign in to Client Connect", "CHAN01", "waits until")
    await chan.does_not_see("for submission")
    chan.keeps("session_ended")
    await chan.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    await chan.press("f8")
    await chan.sees("for submission")
    assert chan.screen.splitlines()[1:] == before


async def test_a_covered_page_is_hidden_from_every_key_until_somebody_signs_in(chan: Person, world: World) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    world.clock.move(minutes=31)
    await chan.sees("1005")
    await chan.goes_to("Home")
    await chan.sees("Home: sign in first.")
    await chan.press("escape", "escape")
    await chan.sees("Leave the page?", "is forgotten", "Stay")
    await chan.press("escape")
    await chan.does_not_see("for submission", "Leave the page?")
    await chan.press("escape", "y")
    await chan.sees("Welcome")
    assert chan.app.context.me is None


async def test_the_session_is_watched_on_pages_that_ask_nothing(chan: Person, world: World) -> None:
    await chan.goes_to("Submit")
    await chan.sees("File Submission")
    world.clock.move(minutes=31)
    await chan.sees("1005", "Sign in to Client Connect")


async def _retrying(person: Person, folder: Path) -> Transfer:
    """An upload of the one who is signed in, that has not been answered yet."""
    path = folder / "SD1_01234_20220520.csv"
    path.write_bytes(b"a,b\n")
    upload = Upload("a" * 32, "SD-1", "01234", date(2022, 5, 20), path.name, path, 4, sha256(b"a,b\n").hexdigest())

    async def unanswered(_upload: Upload, _progress: object) -> Receipt:
        raise Refused(UNREACHABLE, server="ecp", why="cut")

    person.app.context.transfers._send = unanswered
    transfer = person.app.context.transfers.start(upload)
    await person.waits_until(lambda: transfer.state == "retrying", "for the upload to be retried")
    return transfer


async def test_another_person_who_signs_in_over_a_covered_page_neither_sees_it_nor_sends_its_files(
    chan: Person, world: World, tmp_path: Path
) -> None:
    await chan.goes_to("Folders")
    await chan.sees("for submission")
    left_behind = await _retrying(chan, tmp_path)
    world.clock.move(minutes=31)
    await chan.press("f5")
    await chan.sees("1005")
    await chan.press("shift+tab", "ctrl+u")
    await chan.fills_in("HO01", world.people["HO01"].password, world.fresh_otp("HO01"))
    await chan.press("f8")
    await chan.sees("Home", "HO01 · until")
    await chan.goes_to("Folders")
    await chan.sees("CPM")
    await chan.does_not_see("SD-1")
    assert not left_behind.running and not chan.app.context.transfers.items


async def test_the_list_stays_when_the_server_goes_away_and_f5_tries_again(opens: Opens, world: World) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        line.down = True
        await person.press("f5")
        await person.sees("9001", "Cannot reach the server", "Due today")
        person.keeps("unreachable")
        line.down = False
        await person.press("f5")
        await person.does_not_see("9001")
