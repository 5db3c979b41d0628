"""Client Connect's own home: what it is about, and what waits there and on Home."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from backend.adapters.database import tables
from backend.contract.messages import GrantFunctions, GrantWish
from tests.tui.administrators import KWOK, asks, consoles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


def let_keys_expire(world: World, **left: float) -> None:
    """All registered keys have that much time left."""
    expires = world.clock.now() + timedelta(**left)
    with world.platform.store.engine.begin() as connection:
        connection.execute(update(tables.sftp_keys).values(expires=expires))


async def test_the_menu_of_an_administrator_says_what_waits_and_enter_goes_there(opens: Opens, world: World) -> None:
    await asks(world, "LEEDA2", KWOK)
    async with consoles(opens, world, "WONGDA1") as (wong,):
        await wong.sees("1 request waits for you", "Profile")
        await wong.press("1")
        await wong.sees("1 request waits for you", "Approvals: 1")
        await wong.press("escape")
        await wong.sees("Profile", "SFTP access", "Users", "Forms", "ECP")
        await wong.sees("! 1 request waits for you", "1  Create user KWOK03", "by LEEDA2")
        await wong.does_not_see("ago")
        wong.keeps("client_connect_waiting")
        await wong.press("up")
        await wong.sees("5 of 20 users", "15 left")
        wong.keeps("client_connect_users")
        await wong.press("enter")
        await wong.sees("Users   5 of 20")
        await wong.press("ctrl+o", "7")
        await wong.sees("Waits for you")


async def test_an_entry_of_the_menu_opens_the_list_itself_and_keeps_a_form(opens: Opens, world: World) -> None:
    await asks(world, "LEEDA2", KWOK)
    async with consoles(opens, world, "WONGDA1") as (wong,):
        await wong.sees("1 request waits for you")
        await wong.goes_to("Approvals")
        await wong.chooses("1")
        await wong.sees("Approvals › 1")
        await wong.press("ctrl+p")
        await wong.types("client connect")
        await wong.press("enter")
        await wong.sees("1  Create user KWOK03")
        await wong.chooses("approvals")
        await wong.sees("Waits for you")
        await wong.does_not_see("Approvals › 1")
        await wong.goes_to("Users")
        await wong.sees("5 of 20")
        await wong.press("n")
        await wong.sees("New user")
        await wong.types("KWOK04")
        await wong.press("ctrl+p")
        await wong.types("client connect")
        await wong.press("enter")
        await wong.sees("1  Create user KWOK03")
        await wong.chooses("users")
        await wong.sees("New user", "KWOK04")


async def test_what_an_account_lacks_is_dim_and_says_why(chan: Person) -> None:
    await chan.sees("Due today")
    await chan.press("ctrl+p")
    await chan.types("client connect")
    await chan.press("enter")
    await chan.sees("Enter opens ECP 2.0.")
    chan.keeps("client_connect")
    await chan.press("up", "up")
    await chan.sees("For delegated administrators and operators (2002).")
    await chan.press("enter")
    await chan.sees("Approvals: for delegated administrators and operators (2002).")


async def test_expiring_keys_are_counted_on_home_and_named_in_client_connect(opens: Opens, world: World) -> None:
    let_keys_expire(world, days=12, hours=1)
    async with consoles(opens, world, "CHAN01") as (chan,):
        await chan.sees("Waits for you", "! 1 SFTP key of yours expires within 30 days", "Due today")
        chan.keeps("home_waiting")
        await chan.press("ctrl+p")
        await chan.types("client connect")
        await chan.press("enter")
        await chan.press("g", "down")
        await chan.sees("! 1 key expires in 12 days")
        chan.keeps("client_connect_key")


async def test_an_administrator_with_functions_finds_requests_on_home(opens: Opens, world: World) -> None:
    wish = GrantWish(function="EU_SD1", identity_codes=("01234",))
    grant = GrantFunctions(login_id="CHAN01", grants=(wish,))
    await asks(world, "WONGDA1", grant)
    with world.platform.store.engine.begin() as connection:
        account = world.account("LEEDA2")
        row = {"account_id": account.id, "function": "EU_SD1", "identity_code": "01234"}
        connection.execute(tables.grants.insert(), [row])
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.sees("Waits for you", "! 1 request waits for you", "Due today", "5 of 20 users")
        lee.keeps("home_requests")
        await lee.chooses("approvals")
        await lee.sees("Approvals", "grant functions", "CHAN01")


async def test_an_operator_finds_the_operators_page_in_the_menu(person: Person, world: World) -> None:
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.press("ctrl+p")
    await person.types("client connect")
    await person.press("enter")
    await person.sees("Operator", "Approvals", "ECP")
    person.keeps("client_connect_staff")
