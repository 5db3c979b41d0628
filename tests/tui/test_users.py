"""Users: the list, an account's page, and the forms that end in a change request."""

from __future__ import annotations

from sqlalchemy import update

from backend.adapters.database import tables
from backend.contract.faults import LOCKED, SIGN_IN_REFUSED, Refused
from backend.contract.messages import CloseUser, GrantFunctions, GrantWish, UnlockUser
from ecp_tui.widgets.button import Button
from tests.tui.administrators import KWOK, asks, consoles, fills_user, settles
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World


async def signed_in(person: Person, world: World, login_id: str) -> Person:
    await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
    return person


def fill_quota(world: World, company: str) -> None:
    """All places but those of the demo's own accounts are taken by nobody in particular."""
    with world.platform.store.engine.begin() as connection:
        connection.execute(update(tables.companies).where(tables.companies.c.code == company).values(used=20))


async def test_the_list_says_who_there_is_what_each_holds_and_how_many_are_left(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("Users   5 of 20   15 left", "CHAN01", "Chan Tai Man", "● active", "EU_ECPSFTP 01234 01235")
    person.keeps("users")
    await person.press("slash")
    await person.types("lee")
    await person.sees("2 of 5 accounts", "LEE02", "LEEDA2")
    await person.does_not_see("CHAN01")
    person.keeps("users_find")
    await person.press("ctrl+u")
    await person.types("nobody")
    await person.sees("Nobody fits the filter. Esc clears it.")
    person.keeps("users_empty")
    await person.press("escape")
    await person.sees("CHAN01", "5 accounts")


async def test_a_new_user_is_reviewed_before_anything_is_asked_for(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user", "85221000000: country code first, no symbols or spaces")
    person.keeps("user_new")
    await person.press("f8")
    await person.sees("✕ A–Z, 0–9; 4 to 20", "✕ 1–80 characters", "✕ name@company.com", "✕ 8 to 15 digits")
    person.keeps("user_new_wrong")
    await fills_user(person, "KWOK03", "陳大文", "kwok03@acme.example", phone="852 2100 5555")
    await person.press("f8")
    await person.sees("Functions of KWOK03", "陳大文", "EU_SD1", "01234", "ACM01")
    await person.press("down", "right", "right", "space", "down", "down", "down", "space")
    await person.sees("ACM01 Acme Clearing Ltd · EU_SD1 opens SD-1")
    await person.press("space", "left", "space")
    await person.sees("01235 Acme Brokerage (HK) Ltd · EU_SD1 opens SD-1")
    person.keeps("user_new_functions")
    await person.press("f8")
    await person.sees("Create user KWOK03", "○ draft", "+ ACM01", "+ 01235", "+85221005555", "Not asked for yet")
    person.keeps("user_new_review")
    await person.press("escape", "escape")
    await person.sees("New user", "KWOK03", "kwok03@acme.example")
    await person.press("shift+tab", "shift+tab", "shift+tab", "f8")
    await person.sees("Functions of KWOK03", "+")
    await person.press("f8")
    await person.sees("+ 01235", "revision 2")
    await person.press("f8")
    await person.sees("◐ submitted", "Request 1 waits for Lee Chi Keung (LEEDA2), who is told by mail.")
    person.keeps("user_new_asked")
    await person.press("escape")
    await person.sees("Users   5 of 20")


async def test_an_address_that_is_registered_leads_back_to_it_with_the_advice_of_the_faq(
    person: Person, world: World
) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user")
    await fills_user(person, "KWOK03", "Kwok", "HO01@Harbour.example", phone="85221005555")
    await person.press("f8")
    await person.sees("Functions of KWOK03")
    await person.press("f8")
    await person.sees("3005", "E-mail already registered", "a group address, or a teammate's", "✕ another address")
    person.keeps("user_new_3005")
    assert person.app.focused is not None and person.app.focused.id == "email"
    await person.types("x")
    await person.does_not_see("✕ another address")


async def test_a_login_id_that_is_taken_leads_back_to_its_field(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user")
    await fills_user(person, "CHAN01", "Kwok", "kwok03@acme.example", phone="85221005555")
    await person.press("f8")
    await person.sees("Functions of CHAN01")
    await person.press("f8")
    await person.sees("New user", "9002", "The login ID CHAN01 is taken", "✕ another login ID")
    assert person.app.focused is not None and person.app.focused.id == "login_id"
    await person.press("backspace")
    await person.does_not_see("✕ another login ID")


async def test_the_form_asks_before_it_is_left_and_can_be_kept_as_a_draft(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user")
    await fills_user(person, "KWOK03", "Kwok", "kwok03@acme.example", phone="85221005555")
    await person.press("escape")
    await person.sees("Leave the form?", "Stay", "Keep as draft", "Leave")
    person.keeps("user_new_leave")
    await person.press("k")
    await person.sees("Users   5 of 20", "Kept as draft 1, in Approvals.")
    await person.goes_to("Approvals")
    await person.sees("Your drafts", "KWOK03")
    await person.chooses("1")
    await person.press("e")
    await person.sees("New user", "KWOK03")


async def test_a_digit_on_a_button_of_a_form_leaves_the_form_where_it_is(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user")
    await person.types("KWOK03")
    person.app.screen.query(Button).first().focus()
    await person.press("7", "9")
    await person.sees("New user", "KWOK03")
    await person.goes_to("Approvals")
    await person.does_not_see("New user")


async def test_a_form_survives_the_end_of_the_session(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.sees("5 of 20")
    await person.press("n")
    await person.sees("New user")
    await fills_user(person, "KWOK03", "Kwok", "kwok03@acme.example", phone="85221005555")
    await person.press("f8")
    await person.sees("Functions of KWOK03")
    await person.press("space")
    world.clock.move(minutes=16)
    await person.press("f8")
    await person.sees("1005", "Sign in to Client Connect")
    await person.does_not_see("KWOK03")
    await person.fills_in(world.people["WONGDA1"].password, world.fresh_otp("WONGDA1"))
    await person.press("f8")
    await person.sees("Functions of KWOK03", "+")
    await person.press("f8")
    await person.sees("Create user KWOK03", "+ 01234")


async def test_the_last_place_is_taken_at_approval_and_the_list_says_that_none_is_left(
    opens: Opens, world: World
) -> None:
    await asks(world, "WONGDA1", KWOK)
    fill_quota(world, "ACME")
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Users")
        await lee.sees("Users   20 of 20   none left")
        lee.keeps("users_full")
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("Create user KWOK03")
        await lee.press("a", "y")
        await lee.sees("3001", "Quota of 20 users reached", "20 of 20", "Close an account", "◐ submitted")
        lee.keeps("approval_quota")


async def test_an_account_shows_what_it_is_what_waits_its_history_and_what_can_be_done(
    opens: Opens, world: World
) -> None:
    await asks(world, "WONGDA1", CloseUser(login_id="LEE02", note="She has left"))
    async with consoles(opens, world, "LEE02", "LEEDA2") as (_, lee):
        await lee.goes_to("Users")
        await lee.sees("LEE02")
        await lee.chooses("LEE02")
        await lee.sees("LEE02  Lee Siu Fong   ● active", "lee02@acme.example (personal)", "EU_SD1  01234")
        await lee.sees("Change requests", "1  Close account LEE02", "◐ submitted", "History", "signed in")
        lee.keeps("user")
        await lee.press("down", "down")
        await lee.sees("It is not locked.")
        await lee.press("enter")
        await lee.sees("It is not locked.")
        await lee.press("tab", "enter")
        await lee.sees("Close account LEE02", "She has left")
        await lee.press("escape")
        await lee.sees("History")


async def test_a_suspension_asks_for_its_reason_and_says_what_it_does_and_a_pair_lifts_it(
    opens: Opens, world: World
) -> None:
    async with consoles(opens, world, "LEE02", "WONGDA1", "LEEDA2") as (victim, wong, lee):
        await wong.goes_to("Users")
        await wong.chooses("LEE02")
        await wong.sees("● active", "x suspend")
        await wong.press("x")
        await wong.sees("Why is LEE02 to be suspended?")
        wong.keeps("user_suspend_why")
        await wong.pastes("Lost laptop")
        await wong.press("enter")
        await wong.sees("Suspend this account?", "Suspend LEE02 now", "two people to lift")
        wong.keeps("user_suspend")
        assert wong.app.focused is not None and wong.app.focused.id == "no"
        await wong.press("y")
        await wong.sees("✕ suspended", "Suspended by", "suspended: “Lost laptop”")
        wong.keeps("user_suspended")
        await victim.press("f5")
        await victim.sees("Sign in to Client Connect")
        await wong.press("down", "down", "down", "down", "down", "down", "enter")
        await wong.sees("Lift suspension: LEE02")
        await wong.press("enter")
        await wong.sees("Lift suspension of LEE02", "○ draft", "Keep as draft")
        await wong.press("f8")
        await wong.sees("waits for Lee Chi Keung")
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("Lift suspension of LEE02")
        await lee.press("a", "y")
        await lee.sees("● applied", "LEE02 can sign in again.")


async def test_functions_are_granted_and_taken_away_and_sftp_is_narrowed_to_folders(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "WONGDA1", "LEEDA2") as (wong, lee):
        await wong.goes_to("Users")
        await wong.chooses("CHAN01")
        await wong.sees("CHAN01  Chan Tai Man")
        await wong.press("down", "enter")
        await wong.sees("Functions of CHAN01", "EU_ECPSFTP opens, by SFTP alone", "all folders")
        wong.keeps("user_functions")
        await wong.press("space")
        await wong.press("down", "down", "down", "down", "space", "right", "space")
        await wong.press("tab", "down", "space")
        await wong.sees("−")
        wong.keeps("user_functions_changed")
        await wong.press("f8")
        await wong.sees("Change functions of CHAN01", "EU_BCAN", "+ 01234", "EU_SD1", "− 01234, 01235", "EU_ECPSFTP")
        wong.keeps("user_functions_review")
        await wong.press("f8")
        await wong.sees("◐ submitted")
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.press("a", "y")
        await lee.sees("● applied")
        await lee.goes_to("Users")
        await lee.chooses("CHAN01")
        await lee.sees("EU_BCAN  01234", ", only ")


async def test_a_change_shows_before_and_after(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.chooses("LEE02")
    await person.sees("● active", "e change")
    await person.press("e")
    await person.sees("Change LEE02", "Lee Siu Fong", "lee02@acme.example")
    person.keeps("user_change")
    await person.press("tab", "ctrl+u")
    await person.pastes("desk@acme.example")
    await person.press("tab", "down", "f8")
    await person.sees("before", "after", "− lee02@acme.example (personal)", "+ desk@acme.example (group)")
    person.keeps("user_change_review")


async def test_what_changes_nothing_is_refused_in_words(person: Person, world: World) -> None:
    await signed_in(person, world, "WONGDA1")
    await person.goes_to("Users")
    await person.chooses("LEE02")
    await person.sees("● active")
    await person.press("e")
    await person.sees("Change LEE02")
    await person.press("f8")
    await person.sees("9002", "Nothing would change.")


async def test_a_locked_account_says_so_and_a_pair_unlocks_it(opens: Opens, world: World) -> None:
    await settles(world, "WONGDA1", "LEEDA2", KWOK)
    async with consoles(opens, world, "WONGDA1") as (wong,):
        await lock(world, "LEE02")
        await wong.goes_to("Users")
        await wong.sees("! locked", "KWOK03", "◐ invited")
        wong.keeps("users_locked")
        await wong.chooses("LEE02")
        await wong.sees("● active  ! locked", "locked after 5 unsuccessful sign-ins")
        await wong.does_not_see("×")
        await settles(world, "WONGDA1", "LEEDA2", UnlockUser(login_id="LEE02"))
        await wong.press("f5")
        await wong.does_not_see("! locked")


async def lock(world: World, login_id: str) -> None:
    """Five wrong guesses."""
    client = world.client()
    for _ in range(5):
        begun = await client.begin_sign_in()
        try:
            await client.sign_in(begun.transaction, login_id, "wrong password here", "000000")
        except Refused as refused:
            assert refused.fault in (SIGN_IN_REFUSED, LOCKED)
    await client.close()


async def test_an_auditor_looks_and_changes_nothing(person: Person, world: World) -> None:
    await signed_in(person, world, "AUDIT01")
    await person.goes_to("Users")
    await person.sees("the operator's staff", "OPER01", "OPER02", "AUDIT01")
    person.keeps("users_staff")
    await person.press("n")
    await person.sees("Auditors look and change nothing (2002).")
    await person.chooses("OPER01")
    await person.sees("OPER01", "operator")
    await person.press("x")
    await person.sees("Auditors look and change nothing (2002).")


async def test_an_operator_comes_to_a_company_and_makes_nobody_there(person: Person, world: World) -> None:
    await signed_in(person, world, "OPER01")
    await person.goes_to("Users")
    await person.sees("the operator's staff")
    person.app.screen.go("users", company="ACME")  # type: ignore[attr-defined]  # as the Operator page does
    await person.sees("Users › Acme Securities", "5 of 20", "CHAN01")
    person.keeps("users_of_a_company")
    await person.press("n")
    await person.sees("made by its own delegated administrators")
    await person.chooses("WONGDA1")
    await person.sees("delegated administrator, Acme", "Client Connect and ECP")
    person.keeps("user_da")
    await person.press("e")
    await person.sees("appointed and removed by form")


async def test_an_operator_makes_an_operator_with_the_second_one(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (first, second):
        await first.goes_to("Users")
        await first.sees("the operator's staff")
        await first.press("n")
        await first.sees("New account of the operator's staff", "Role")
        first.keeps("user_new_staff")
        await first.press("tab")
        await fills_user(first, "OPER03", "Third", "oper03@exchange.example", phone="85221009999")
        await first.press("f8")
        await first.sees("Appoint operator OPER03", "F8 submits it to Yip Ho Yin (OPER02)")
        await first.press("f8")
        await first.sees("◐ submitted")
        await second.goes_to("Approvals")
        await second.sees("1 request waits for you")
        await second.chooses("1")
        await second.sees("Appoint operator OPER03")
        await second.press("a", "y")
        await second.sees("● applied")


async def test_the_list_stays_when_the_server_goes_away(opens: Opens, world: World) -> None:
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await signed_in(person, world, "WONGDA1")
        line.down = True
        await person.goes_to("Users")
        await person.sees("9001", "F5 asks again")
        person.keeps("users_unreachable")
        line.down = False
        await person.press("f5")
        await person.sees("5 of 20", "CHAN01")
        line.down = True
        await person.goes_to("Approvals")
        await person.sees("9001", "F5 asks again")
        person.keeps("approvals_unreachable")


async def test_names_that_look_like_markup_are_users_like_others(opens: Opens, world: World) -> None:
    await settles(world, "WONGDA1", "LEEDA2", KWOK.model_copy(update={"name": "a[/b]陳大文"}))
    wish = GrantWish(function="EU_LOP", identity_codes=("ACM01",))
    await asks(world, "WONGDA1", GrantFunctions(login_id="KWOK03", grants=(wish,), note="[red]"))
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Users")
        await lee.sees("a[/b]陳大文", "◐ invited")
        lee.keeps("users_hostile")
        await lee.chooses("KWOK03")
        await lee.sees("KWOK03  a[/b]陳大文", "Change functions of KWOK03")
        lee.keeps("user_invited")


async def test_older_acts_are_fetched_at_the_end_of_the_history(opens: Opens, world: World) -> None:
    for _ in range(3):
        request = await asks(world, "WONGDA1", CloseUser(login_id="LEE02"))
        client = world.client("WONGDA1")
        for rev in range(1, 21):
            await client.revise_request(request.id, rev, CloseUser(login_id="LEE02", note=f"{request.id}/{rev}"))
        await client.close()
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Users")
        await lee.chooses("LEE02")
        await lee.sees("History", "3/20")
        await lee.press("tab", "G")
        await lee.sees("63 entries · all of it")
        await lee.press("G")
        await lee.sees("requested the closing (request 1)")
