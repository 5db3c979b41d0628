"""Approvals: two delegated administrators, who makes and who checks, and everything that may come between."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from textual.widget import Widget

from backend.contract.messages import ChangeRequest, ChangeUser, CloseUser, GrantFunctions, GrantWish, Line, RequestKind
from ecp_tui.request_wording import KIND_WORDS, follows
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.request_words import diff
from tests.tui.administrators import KWOK, asks, consoles, fills_user
from tests.tui.conftest import Opens
from tests.world import World


async def test_two_administrators_create_a_user_and_its_maker_cannot_approve(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "WONGDA1", "LEEDA2") as (wong, lee):
        await wong.goes_to("Users")
        await wong.sees("5 of 20")
        await wong.press("n")
        await wong.sees("New user")
        await fills_user(wong, "KWOK03", "陳大文", "kwok03@acme.example", phone="85221005555")
        await wong.press("f8")
        await wong.sees("Functions of KWOK03", "EU_SD1")
        await wong.press("down", "down", "down", "down", "space", "f8")
        await wong.sees("Create user KWOK03", "○ draft", "Not asked for yet", "+ 陳大文")
        await wong.press("f8")
        await wong.sees("◐ submitted", "Request 1 waits for Lee Chi Keung (LEEDA2)")
        await wong.press("a")
        await wong.sees("You made this request yourself.")

        await lee.sees("Client Connect   ! 1 request waits for you")
        await lee.press("1")
        await lee.sees("1 request waits for you", "Approvals: 1")
        lee.keeps("no_access_waiting")
        await lee.goes_to("Approvals")
        await lee.sees("1 request waits for you", "Waits for you", "create user", "KWOK03  陳大文", "WONGDA1")
        lee.keeps("approvals_waiting")
        await lee.press("enter")
        await lee.sees("by Wong Ka Yan (WONGDA1)", "+ 01234", "revision 2", "Digest")
        lee.keeps("approval")
        await lee.press("a")
        await lee.sees("Approve request 1?", "Approve and apply")
        lee.keeps("approval_sure")
        await lee.press("y")
        await lee.sees("● applied", "KWOK03 is invited by mail for 72 h.")
        lee.keeps("approval_applied")
        await lee.press("a")
        await lee.sees("It is applied: there is nothing to decide.")
        await lee.goes_to("Users")
        await lee.sees("6 of 20", "KWOK03", "◐ invited")


async def test_more_requests_come_as_somebody_goes_down(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.client_connect.request_views.LARGEST_PAGE", 2)
    for number in range(5):
        await asks(world, "WONGDA1", KWOK.model_copy(update={"login_id": f"KWOK0{number}", "email": f"k{number}@x.hk"}))
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.sees("KWOK04", "KWOK03", "2+ requests")
        for seen in ("KWOK02", "KWOK00"):
            await lee.press("G")
            await lee.sees(seen)
        await lee.sees("5 requests")
        await lee.press("f5")
        await lee.sees("KWOK04", "KWOK00", "5 requests")


async def test_approving_asks_for_the_one_time_password_once_the_last_is_five_minutes_old(
    opens: Opens, world: World
) -> None:
    await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("Create user KWOK03", "For the stamp duty desk")
        world.clock.move(minutes=6)
        await lee.press("a", "y")
        await lee.sees("Confirm with your One-Time-Password", "Cancel")
        lee.keeps("approval_otp")
        await lee.pastes("123 456")
        await lee.press("enter")
        await lee.sees("✕ This One-Time-Password is not right.")
        lee.keeps("approval_otp_wrong")
        await lee.press("ctrl+u")
        await lee.pastes(world.fresh_otp("LEEDA2"))
        await lee.press("enter")
        await lee.sees("● applied")


async def test_a_one_time_password_used_before_is_named_in_the_dialog(opens: Opens, world: World) -> None:
    await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("Create user KWOK03")
        world.clock.move(minutes=6)
        await lee.press("a", "y")
        await lee.sees("Confirm with your One-Time-Password")
        world.token("LEEDA2")  # at another console: the code of this half minute is spent
        await lee.pastes(world.otp("LEEDA2"))
        await lee.press("enter")
        await lee.sees("1004", "was used before", "Wait for the next one")
        await lee.press("escape")
        await lee.does_not_see("Confirm with your One-Time-Password")
        await lee.sees("◐ submitted")


async def test_a_request_that_says_something_else_by_now_is_refused_and_shown_as_it_is(
    opens: Opens, world: World
) -> None:
    first = await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("revision 1", "+ 陳大文")
        client = world.client("WONGDA1")
        await client.revise_request(first.id, 1, KWOK.model_copy(update={"name": "Kwok Mei"}))
        await client.close()
        await lee.press("a", "y")
        await lee.sees("3004", "Changed since you opened it", "revision 2", "+ Kwok Mei")
        lee.keeps("approval_stale")
        await lee.does_not_see("陳大文")


async def test_a_request_is_returned_with_its_reason_revised_and_approved(opens: Opens, world: World) -> None:
    await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "LEEDA2", "WONGDA1") as (lee, wong):
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("Create user KWOK03", "r return")
        await lee.press("r")
        await lee.sees("Return request 1?", "Reason")
        await lee.press("enter")
        await lee.sees("Reason is needed.")
        lee.keeps("approval_reason")
        await lee.types("x")
        await lee.does_not_see("Reason is needed.")
        await lee.press("backspace")
        await lee.pastes("The telephone is the desk's, not hers")
        await lee.press("enter")
        await lee.sees("! returned", "“The telephone is the desk's")

        await wong.goes_to("Approvals")
        await wong.sees("Returned to you", "create user")
        wong.keeps("approvals_returned")
        await wong.chooses("1")
        await wong.sees("Returned by Lee Chi Keung (LEEDA2)", "e revise")
        wong.keeps("approval_returned")
        await wong.press("e")
        await wong.sees("New user", "KWOK03", "kwok03@acme.example")
        await wong.press("tab", "tab", "tab", "tab", "ctrl+u")
        await wong.pastes("85221007777")
        await wong.press("f8")
        await wong.sees("Functions of KWOK03", "+")
        await wong.press("f8")
        await wong.sees("○ draft", "+85221007777", "+ 01234", "For the stamp duty desk")
        await wong.press("f8")
        await wong.sees("◐ submitted", "Request 1 waits for")
        await wong.press("escape")
        await wong.sees("Approvals", "Waits for another checker")

        await lee.press("f5")
        await lee.sees("◐ submitted", "+85221007777")
        await lee.press("a", "y")
        await lee.sees("● applied")


@pytest.mark.parametrize("kind", KIND_WORDS)
def test_what_follows_stands_whole_in_row_23_at_the_narrowest_full_size(kind: RequestKind) -> None:
    asked: dict[str, Any] = {"kind": kind, "subject": "ABCDEFGHIJKLMNOPQRST"}
    request = ChangeRequest.model_construct(**asked)
    assert len(f"request 123 · once applied: {follows(request)}") <= 78


def test_the_sign_of_a_telephone_that_comes_or_goes_stands_apart_from_its_own_plus() -> None:
    line = Line(label="Telephone", before="+85221000004", after="+85221000005")
    for width in (50, 78):
        words = diff([line], width).plain
        assert "− tel +85221000004" in words and "+ tel +85221000005" in words and "+ +" not in words
    assert "+ +EV" in diff([Line(label="Name", before="", after="+EV")], 78).plain, "only a telephone is called one"


async def test_rejecting_and_withdrawing_end_a_request(opens: Opens, world: World) -> None:
    await asks(world, "WONGDA1", KWOK)
    await asks(world, "WONGDA1", CloseUser(login_id="LEE02"))
    async with consoles(opens, world, "LEEDA2", "WONGDA1") as (lee, wong):
        await lee.goes_to("Approvals")
        await lee.chooses("1")
        await lee.sees("x reject")
        await lee.press("x")
        await lee.sees("Reject request 1?")
        await lee.pastes("Nobody knows her")
        await lee.press("enter")
        await lee.sees("✕ rejected", "“Nobody knows her”")

        await wong.goes_to("Approvals")
        await wong.chooses("2")
        await wong.sees("Close account LEE02", "− active", "+ closed", "x withdraw")
        wong.keeps("approval_own")
        await wong.press("x")
        await wong.sees("Withdraw request 2?")
        await wong.press("enter")
        await wong.sees("○ withdrawn")
        await wong.press("escape")
        await wong.sees("Decided", "✕ rejected", "○ withdrawn")
        wong.keeps("approvals_decided")


async def test_one_cannot_approve_what_is_about_oneself(opens: Opens, world: World) -> None:
    wish = GrantWish(function="EU_SD1", identity_codes=("01234",))
    await asks(world, "WONGDA1", GrantFunctions(login_id="LEEDA2", grants=(wish,)))
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.sees("nothing waits for you", "Waits for another checker")
        await lee.chooses("1")
        await lee.sees("This request is about you.", "A third delegated administrator")
        lee.keeps("approval_about_me")
        await lee.press("a")
        await lee.does_not_see("Approve request 1?")


async def test_a_draft_is_seen_by_its_maker_alone_and_submitted_later(opens: Opens, world: World) -> None:
    await asks(world, "WONGDA1", KWOK, submit=False)
    async with consoles(opens, world, "WONGDA1", "LEEDA2") as (wong, lee):
        await lee.goes_to("Approvals")
        await lee.sees("No change requests yet.")
        lee.keeps("approvals_empty")
        await wong.goes_to("Approvals")
        await wong.sees("Your drafts", "○ draft")
        await wong.chooses("1")
        await wong.sees("Not asked for yet", "F8 submits it", "Keep as draft")
        await wong.press("enter")
        await wong.sees("◐ submitted", "waits for Lee Chi Keung")
        await wong.press("escape")
        await wong.sees("Waits for another checker")
        await lee.press("f5")
        await lee.sees("1 request waits for you")


async def test_names_that_look_like_markup_are_shown_as_they_are(opens: Opens, world: World) -> None:
    odd = KWOK.model_copy(update={"name": "a[/b][red]", "note": "[link=x]y[/]"})
    await asks(world, "WONGDA1", odd)
    change = ChangeUser(login_id="LEE02", name="[bold]Lee", email="lee02@acme.example", phone="85221000001")
    await asks(world, "WONGDA1", change)
    async with consoles(opens, world, "LEEDA2") as (lee,):
        await lee.goes_to("Approvals")
        await lee.sees("a[/b][red]")
        await lee.chooses("1")
        await lee.sees("+ a[/b][red]", "[link=x]y[/]")
        await lee.press("a", "y")
        await lee.sees("● applied")
        await lee.press("escape")
        await lee.chooses("2")
        await lee.sees("− Lee Siu Fong", "+ [bold]Lee", "before", "after")
        lee.keeps("approval_before_after")
        await lee.press("r")
        await lee.pastes("[/]")
        await lee.press("enter")
        await lee.sees("“[/]”")


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (100, 30), (120, 40)])
async def test_users_and_approvals_fit_terminals_of_every_size(
    opens: Opens, world: World, size: tuple[int, int]
) -> None:
    await asks(world, "WONGDA1", KWOK)
    change = ChangeUser(login_id="LEE02", name="Lee", email="desk@acme.example", phone="85221000001")
    await asks(world, "WONGDA1", change)

    async with opens(size=size) as lee:

        async def fits(name: str, *words: str) -> None:
            await lee.sees("F1 help", *words)
            lines = lee.keeps(f"{name}_at_{size[0]}").splitlines()
            assert len(lines) <= size[1] and max(cell_len(line) for line in lines) <= size[0]

        await lee.sign_in_as("LEEDA2", world.people["LEEDA2"], world.fresh_otp("LEEDA2"))
        await lee.goes_to("Approvals")
        await fits("approvals", "Waits for you")
        await lee.chooses("2")
        await fits("approval", "Change details of LEE02", "− L")
        await lee.goes_to("Users")
        await fits("users", "5 of 20", "LEE02")
        await lee.chooses("LEE02")
        await fits("user", "LEE02  Lee Siu Fong", "Change")
        await lee.press("down", "enter")
        await fits("user_functions", "Functions of LEE02", "EU_SD1")
        await lee.press("escape", "escape", "n")
        await fits("user_new", "New user")


@pytest.mark.parametrize("place", ["Users", "Approvals", "Client Connect"])
async def test_a_background_refresh_without_news_paints_nothing(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "LEEDA2") as (lee,):
        if place == "Client Connect":
            await lee.press("escape")
            await lee.sees("1  Create user KWOK03")
        else:
            await lee.goes_to(place)
            await lee.sees("Last sign-in" if place == "Users" else "Waits for you")
        page = lee.app.screen
        assert isinstance(page, EcpScreen)
        painted: list[Widget] = []

        def counted(widget: Widget, *_: object, **__: object) -> Widget:
            painted.append(widget)
            return widget

        monkeypatch.setattr(Widget, "refresh", counted)
        await page.load(background=True)
        page.tick()
        assert painted == []
