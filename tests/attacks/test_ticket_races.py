"""Tickets walked at random by several at once: whatever the order, bytes are counted, and only forms submit."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import FileTicket, TicketPurpose
from backend.core.actor import Actor
from backend.core.delivery import Delivery
from tests.submitting import broken_invariants, listed, objects, staged_files
from tests.ticketing import file, made, sent, submission
from tests.world import World

Found = TypeVar("Found")
EXPECTED = {1005, 1007, 1016, 2001, 4505, 4511, 4512, 4515, 4521, 5005}
"""What a walk may be refused with; anything else is a bug, as is whatever is no refusal."""


@dataclass
class Walk:
    """What one walker has in hand, and what it was told was accepted."""

    world: World
    actor: Actor
    random: random.Random
    tickets: list[FileTicket] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    """By submission id."""

    def step(self) -> None:
        acts: list[Callable[[], object]] = [self.make, self.begin, self.write, self.write, self.arrive, self.cut]
        acts += [self.check, self.submit, self.submit, self.submit_again, self.look, self.drop, self.send]
        try:
            self.random.choice(acts)()
        except Refused as refused:
            assert refused.number in EXPECTED, refused

    def make(self) -> None:
        purpose: TicketPurpose = self.random.choice(["submit", "submit", "submit", "compare"])
        self.tickets.append(made(self.world, self.actor, purpose))

    def send(self) -> None:
        self.make()
        sent(self.world, self.tickets[-1].ticket, self._bytes(), source=secrets.token_hex(8))

    def begin(self) -> None:
        ticket = self._one(self.tickets)
        size = self.random.choice([None, 5, ticket.most + 1])
        begun = self.world.services.tickets.begin(ticket.ticket, secrets.token_hex(8), size=size)
        self.deliveries.append(begun)

    def write(self) -> None:
        self._one(self.deliveries).write(self._bytes())

    def arrive(self) -> None:
        self.world.services.tickets.arrive(self._one(self.deliveries))

    def cut(self) -> None:
        self._one(self.deliveries).cut()

    def check(self) -> None:
        self.world.services.tickets.check(self.actor, self._one(self.tickets).id, file())

    def submit(self) -> None:
        self._submitted(secrets.token_hex(16))

    def submit_again(self) -> None:
        self._submitted(self._one([*self.receipts]))

    def look(self) -> None:
        self.world.services.tickets.progress(self.actor, self._one(self.tickets).id)

    def drop(self) -> None:
        self.world.services.tickets.drop(self.actor, self._one(self.tickets).id)

    def _submitted(self, submission_id: str) -> None:
        said = {"input_date": "2022-05-18"} if self.random.random() < 0.1 else {}
        wish = submission(submission_id, **said)
        receipt = self.world.services.tickets.submit(self.actor, self._one(self.tickets).id, wish).receipt
        assert self.receipts.setdefault(submission_id, receipt) == receipt, "an id has one outcome"

    def _bytes(self) -> bytes:
        return self.random.randbytes(self.random.choice([0, 1, 5, 4000]))

    def _one(self, of: list[Found]) -> Found:
        if not of:
            raise Refused(NOT_FOUND)
        return self.random.choice(of[-12:])


def walked(world: World, seed: int, steps: int) -> list[Walk]:
    """Four walkers, two of them in one session, while somebody expires and closes what they have."""
    chan, lee = world.actor("CHAN01"), world.actor("LEE02")
    walks = [Walk(world, who, random.Random(f"{seed} {place}")) for place, who in enumerate((chan, chan, lee, lee))]  # noqa: S311 - to be repeated
    walks[1].tickets, walks[1].deliveries = walks[0].tickets, walks[0].deliveries

    def walk(one: Walk) -> None:
        for number in range(steps):
            one.step()
            if one is walks[-1] and number % 50 == 0:
                world.services.tickets.expire()

    with ThreadPoolExecutor(len(walks)) as threads:
        for done in [threads.submit(walk, one) for one in walks]:
            done.result(100)
    return walks


def assert_nothing_is_lost(world: World, walks: list[Walk]) -> None:
    services = world.services
    held = [one for one in services.tickets._all() if one._staging is not None]
    assert staged_files(world) == len(services.submissions.stagings) == len(held)
    assert all(one.open for one in held)
    assert not broken_invariants(world)
    accepted = [one for one in listed(world, walks[0].actor) if one[0] != "refused"]
    assert len(accepted) == len({text for walk in walks for text in walk.receipts.values()}) == objects(world)
    services.tickets.close()
    assert (staged_files(world), len(services.submissions.stagings)) == (0, 0)
    assert not services.submissions.stagings._bytes


@pytest.mark.parametrize("seed", range(3))
def test_whoever_does_what_when_bytes_are_counted_and_only_forms_submit(world: World, seed: int) -> None:
    assert_nothing_is_lost(world, walked(world, seed, 150))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 112))
def test_many_walks_find_no_order_that_loses_or_makes_a_file(world: World, seed: int) -> None:
    assert_nothing_is_lost(world, walked(world, seed, 1000))
