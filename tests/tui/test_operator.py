"""Operator: its parts, companies, forms to decide, staff, and closing a company by a pair."""

from __future__ import annotations

from backend.contract.messages import CloseCompany
from ecp_tui.widgets.table import Table
from tests.submitting import submitted
from tests.tui.administrators import KWOK, asks, consoles, settles
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World


async def test_operators_see_every_company_with_its_users_and_administrators(person: Person, world: World) -> None:
    await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
    await person.goes_to("Operator")
    await person.sees("3 companies", "Staff accounts", "Migration")
    person.keeps("operator")
    await person.chooses("companies")
    await person.sees("Operator › Companies", "ACME", "Acme Securities", "5 of 20", "2 of each", "陳大文證券")
    person.keeps("companies")
    await person.press("enter")
    await person.sees("Operator › ACME", "SEHK Participant", "01234", "Delegated administrators", "WONGDA1")
    person.keeps("operator_company")
    person.app.screen.query_one(Table).go_to("users")
    await person.press("enter")
    await person.sees("Users › Acme Securities", "CHAN01", "5 of 20")
    await person.goes_to("Operator")
    await person.press("escape", "escape", "escape")
    await person.goes_to("Operator")
    await person.sees("Staff accounts")
    await person.chooses("staff")
    await person.sees("OPER01", "OPER02", "AUDIT01")


async def test_a_company_is_closed_by_a_pair_of_operators(opens: Opens, world: World) -> None:
    async with consoles(opens, world, "OPER01", "OPER02") as (maker, checker):
        await maker.goes_on_to("companies")
        await maker.sees("Harbour")
        maker.app.screen.query_one(Table).go_to("company/HARBOUR")
        await maker.press("x")
        await maker.sees("Close the company?", "HARBOUR  Harbour Clearing", "Propose closing it")
        maker.keeps("operator_close")
        await maker.press("n")
        await maker.does_not_see("Close the company?")
        await maker.press("x")
        await maker.sees("Propose closing it")
        await maker.press("y")
        await maker.sees("Request 1: another operator checks it.")
        await checker.goes_to("Operator")
        await checker.sees("1 request for you")
        await checker.chooses("approvals")
        await checker.sees("close company", "HARBOUR", "OPER01")


async def test_auditors_look_at_the_operators_work_and_change_nothing(person: Person, world: World) -> None:
    await person.sign_in_as("AUDIT01", world.people["AUDIT01"], world.fresh_otp("AUDIT01"))
    await person.goes_on_to("companies")
    await person.sees("ACME", "5 of 20")
    await person.press("x")
    await person.sees("Auditors only look: operators propose it.")
    await person.press("n")
    await person.sees("Auditors only look: operators key forms in.")


async def test_home_of_an_operator_is_what_waits_for_them(opens: Opens, world: World) -> None:
    made = await asks(world, "OPER02", CloseCompany(company="HARBOUR"))
    await asks(world, "OPER01", CloseCompany(company="ACME"))
    await asks(world, "WONGDA1", KWOK)
    async with consoles(opens, world, "OPER01") as (person,):
        await person.sees("Waits for you", "Close company HARBOUR", "Waits for another operator", "1 request for you")
        assert "KWOK03" not in person.screen, "its own administrators check it"
        person.keeps("home_operator")
        await person.chooses(f"req/{made.id}")
        await person.sees(f"Approvals › {made.id}", "Approving applies it at once.")


async def test_home_of_an_auditor_is_what_changed_and_was_filed_lately(opens: Opens, world: World) -> None:
    await settles(world, "WONGDA1", "LEEDA2", KWOK)
    submitted(world, world.actor("CHAN01"), b"a,b\n1,2\n")
    async with consoles(opens, world, "AUDIT01") as (person,):
        await person.sees("Changed lately", "Create user KWOK03", "● applied", "Filed lately", "SD1_01234")
        assert "Waits for you" not in person.screen
        person.keeps("home_auditor")
        await person.press("enter")
        await person.sees("Create user KWOK03", "revision")
        await person.press("1")
        await person.sees("Filed lately")


async def test_the_operators_place_is_closed_to_participants(chan: Person) -> None:
    await chan.goes_to("Operator")
    await chan.sees("Operator: for the operator's own staff (2002).")


async def test_operators_companies_fit_the_narrowest_terminal(opens: Opens, world: World) -> None:
    async with opens(size=(40, 12)) as person:
        await person.sign_in_as("OPER01", world.people["OPER01"], world.fresh_otp("OPER01"))
        await person.goes_to("Operator")
        await person.sees("Inbox", "Approvals")
        person.keeps("operator_at_40")
        await person.chooses("companies")
        await person.sees("ACME", "5 of 20")
        person.keeps("companies_at_40")
        await person.press("escape")
        await person.sees("Firms", "3 companies")
