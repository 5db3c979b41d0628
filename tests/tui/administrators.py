"""Delegated administrators at two consoles, as tests of users and approvals need them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from backend.contract.messages import ChangeRequest, CreateUser, GrantWish, Proposal
from tests.tui.conftest import Opens
from tests.tui.driver import Person
from tests.world import World

KWOK = CreateUser(
    login_id="KWOK03",
    name="陳大文",
    email="kwok03@acme.example",
    phone="85221005555",
    grants=(GrantWish(function="EU_SD1", identity_codes=("01234",)),),
    note="For the stamp duty desk",
)


@asynccontextmanager
async def consoles(opens: Opens, world: World, *login_ids: str) -> AsyncIterator[list[Person]]:
    """A console for each, signed in."""
    async with AsyncExitStack() as stack:
        people = []
        for login_id in login_ids:
            person = await stack.enter_async_context(opens())
            await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
            people.append(person)
        yield people


async def asks(world: World, maker: str, proposal: Proposal, *, submit: bool = True) -> ChangeRequest:
    """A request made without a console."""
    client = world.client(maker)
    try:
        return await client.make_request(proposal, submit=submit)
    finally:
        await client.close()


async def fills_user(person: Person, *values: str, phone: str) -> None:
    """The form of a user: from its first field on, over the kind of address, to the telephone."""
    await person.fills_in(*values)
    await person.press("tab", "tab")
    await person.pastes(phone)


async def settles(world: World, maker: str, checker: str, proposal: Proposal) -> ChangeRequest:
    """A request made by one and applied by the other, without a console."""
    request = await asks(world, maker, proposal)
    client = world.client(checker)
    try:
        return await client.approve(await client.request(request.id))
    finally:
        await client.close()
