"""The server is killed at every step between OPEN and reply, and started again: nothing is lost or twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path

import pytest

from tests.campaigns import figures
from tests.campaigns.faulty import STEPS
from tests.campaigns.served import Served, served

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
ROUNDS = int(os.environ.get("ECP_CAMPAIGN_ROUNDS", "200"))
SERVERS = 2
_LONGEST = 0.03
"""Seconds from the first byte to the reply, with a little more."""


async def _killed(world: Served, number: int, dice: random.Random) -> None:
    """One kill: at a named step every other time, at any instant otherwise; one after the reply does not count."""
    killed = False
    while not killed:
        path, data = world.path(number), world.content(dice.choice((100, 20_000, 300_000)))
        begins = asyncio.Event()
        named = number % 2 == 0
        if named:
            world.fault(f"kill {STEPS[number // 2 % len(STEPS)]}")
        putting = asyncio.create_task(world.put(path, data, begins=begins))
        if not named:
            async with asyncio.timeout(20):
                await begins.wait()
            await asyncio.sleep(dice.random() * _LONGEST)
            await world.kill()
        killed = not await putting
        assert killed or not named
        await world.dead()
        await world.start()
        world.look()
    world.kills += 1


async def _campaign(data_dir: Path, first: int) -> Served:
    async with served(data_dir) as world:
        dice = random.Random(first)  # noqa: S311 - the same instants each time
        for number in range(first, ROUNDS, SERVERS):
            await _killed(world, number // SERVERS, dice)
            if number // SERVERS % 10 == 0:
                await world.another_submits()
                assert await world.put(world.path(number), world.content()), "the same account goes on"
        await world.swept()
        await world.another_submits()
    return world


@pytest.mark.timeout(3600)
async def test_a_server_killed_at_any_step_loses_nothing_and_accepts_nothing_twice(tmp_path: Path) -> None:
    started = time.monotonic()
    worlds = await asyncio.gather(*(_campaign(tmp_path / f"world-{number}", number) for number in range(SERVERS)))
    assert sum(world.kills for world in worlds) == ROUNDS
    figures.add("kill -9 between OPEN and reply", ROUNDS, [world.told for world in worlds], started)
