"""One's own profile and sessions through the console's own client: what it asks is what the door answers."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.contract.faults import Refused
from ecp_tui.client import EcpClient
from tests.world import World

NEW = "velvet-otter-quartz-lantern-77"


@asynccontextmanager
async def at_home(world: World, login_id: str) -> AsyncIterator[EcpClient]:
    client = world.client(login_id)
    yield client
    await client.close()


def number(error: pytest.ExceptionInfo[Refused]) -> int:
    return error.value.number


async def test_a_session_is_confirmed_listed_and_ended(world: World) -> None:
    async with at_home(world, "WONGDA1") as own, at_home(world, "WONGDA1") as other:
        with pytest.raises(Refused) as wrong:
            await own.confirm("000000")
        assert number(wrong) == 1006
        confirmed = await own.confirm(world.fresh_otp("WONGDA1"))
        assert confirmed.until == world.clock.now() + timedelta(minutes=5)
        with pytest.raises(Refused) as spent:
            await own.confirm(world.otp("WONGDA1"))
        assert number(spent) == 1004
        listed = await own.sessions()
        assert [row.own for row in listed] == [False, True]
        await own.end_session(listed[0].id)
        with pytest.raises(Refused) as ended:
            await other.sessions(background=True)
        assert number(ended) == 1005
        await own.end_other_sessions()
        assert len(await own.sessions()) == 1


async def test_password_authenticator_and_recovery_codes_are_changed(world: World) -> None:
    async with at_home(world, "CHAN01") as own:
        before = await own.profile()
        assert (before.recovery_codes, before.otp_since) == (0, None)
        await own.change_password(world.people["CHAN01"].password, NEW, world.fresh_otp("CHAN01"))
        codes = (await own.new_recovery_codes(world.fresh_otp("CHAN01"))).codes
        assert (await own.profile()).recovery_codes == len(codes) == 10
        begun = await own.begin_otp(NEW, codes[0])
        made = await own.confirm_otp(code(b32decode(begun.secret), step_at(world.clock.now())))
        after = await own.profile()
        assert after.recovery_codes == 10 and after.otp_since == world.clock.now()
        assert not set(made.codes) & set(codes)


async def test_the_fifth_wrong_proof_is_the_end_of_the_session(world: World) -> None:
    async with at_home(world, "CHAN01") as own:
        numbers: list[int] = []
        for _ in range(5):
            with pytest.raises(Refused) as refused:
                await own.change_password("wrong-password-wrong", NEW, "000000")
            numbers.append(number(refused))
        assert numbers == [1006] * 4 + [1005]
        with pytest.raises(Refused) as ended:
            await own.profile()
        assert number(ended) == 1005


async def test_a_full_pool_keeps_nobody_from_confirming(world: World) -> None:
    """Whoever floods the sign-in must not stop approvals."""
    world.services.sign_in_pool.close()
    async with at_home(world, "WONGDA1") as own:
        await own.confirm(world.fresh_otp("WONGDA1"))
