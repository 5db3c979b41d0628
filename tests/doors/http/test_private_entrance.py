"""The private entrance: only who sits somewhere is answered, as where they sit; a seat's sessions end with it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import pytest_asyncio

from backend.contract import paths
from backend.contract.faults import Refused
from backend.core.seats import Seat, SeatKind
from backend.doors.http.private import FOR_RECOVERY, PrivateEntrance
from tests.doors.http.asking import number_of, walked
from tests.world import World

HOME = "203.0.113.7"


class Seated:
    """Somebody at a console served over SSH."""

    def __init__(self, world: World, kind: SeatKind = "person") -> None:
        self.world = world
        self.seats = world.services.seats
        self.seat = self.seats.open(HOME, "CHAN01", kind)
        transport = httpx.ASGITransport(app=PrivateEntrance(world.app, self.seats), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    async def ask(self, method: str, path: str, token: str = "", **options: Any) -> httpx.Response:
        headers = options.pop("headers", {paths.SEAT_HEADER: self.seat.token})
        return await self.http.request(method, path, headers={**headers, "authorization": f"Bearer {token}"}, **options)

    async def sign_in(self) -> str:
        form = self.world.form("CHAN01").model_dump()
        ticket = (await self.ask("POST", paths.SIGN_IN, json=form)).json()["ticket"]
        opened = await self.ask("POST", paths.SESSIONS, json={"ticket": ticket})
        return str(opened.json()["token"])

    def live(self, token: str) -> bool:
        try:
            self.world.services.sessions.actor(token, "console", HOME, background=True)
        except Refused:
            return False
        return True


@pytest_asyncio.fixture
async def seated(world: World) -> Seated:
    return Seated(world)


async def test_a_request_comes_from_where_the_seat_is_and_by_the_console_whatever_it_says(seated: Seated) -> None:
    token = await seated.sign_in()
    (session,) = (await seated.ask("GET", paths.OWN_SESSIONS, token)).json()
    assert (session["source"], session["channel"], session["own"]) == (HOME, "console", True)


@pytest.mark.parametrize(
    "headers",
    [{}, {paths.SEAT_HEADER: ""}, {paths.SEAT_HEADER: "x" * 43}, {paths.SEAT_HEADER: "é".encode()}],
    ids=["none", "empty", "guessed", "no ASCII"],
)
async def test_nothing_is_answered_without_a_live_seat(seated: Seated, headers: dict[str, Any]) -> None:
    token = await seated.sign_in()
    for method, path in walked(seated.world.app.routes):
        answer = await seated.ask(method, path.replace("{", "").replace("}", ""), token, headers=headers)
        assert (answer.status_code, number_of(answer)) == (401, 1005), path


async def test_two_seats_in_one_request_are_none(seated: Seated) -> None:
    other = seated.seats.open("198.51.100.9", "LEE02")
    both = [(paths.SEAT_HEADER, one.token) for one in (seated.seat, other)]
    assert number_of(await seated.http.get(paths.LANDING, headers=both)) == 1005


async def test_a_seat_that_was_left_is_worth_nothing_and_its_sessions_have_ended(seated: Seated) -> None:
    elsewhere = seated.world.token("CHAN01")
    here, also_here = await seated.sign_in(), await seated.sign_in()
    assert seated.live(here) and seated.live(also_here)
    seated.seats.close(seated.seat)
    assert not seated.live(here) and not seated.live(also_here)
    assert seated.live(elsewhere), "only those of the seat"
    assert number_of(await seated.ask("GET", paths.LANDING)) == 1005
    seated.seats.close(seated.seat)


async def test_a_session_opened_while_the_seat_is_left_ends_too(seated: Seated) -> None:
    token = seated.world.token("CHAN01")
    seated.seats.close(seated.seat)
    with pytest.raises(Refused):
        seated.seats.keep(seated.seat, token)
    assert not seated.live(token)


async def test_who_signs_out_may_stay_and_who_is_signed_out_may_not(seated: Seated) -> None:
    token = await seated.sign_in()
    assert (await seated.ask("DELETE", paths.OWN_SESSION, token)).status_code == 204
    seated.seats.refuse_ended(seated.seat)
    await seated.sign_in()
    seated.seats.refuse_ended(seated.seat)
    elsewhere = seated.world.actor("CHAN01")
    seated.world.services.sessions.end_others(elsewhere)
    with pytest.raises(Refused, match="1005"):
        seated.seats.refuse_ended(seated.seat)
    await seated.sign_in()
    seated.seats.refuse_ended(seated.seat)


async def test_a_seat_of_recovery_reaches_recovery_alone(world: World) -> None:
    recovering = Seated(world, "recovery")
    token = world.token("CHAN01")
    reached = set()
    for method, path in walked(world.app.routes):
        answer = await recovering.ask(method, path.replace("{", "").replace("}", ""), token, json={})
        if number_of(answer) != 2002:
            reached.add((method, path))
        for twin in (f"/{path}", f"{path}/", path.upper(), path.replace("/v1", "/v1/../v1")):
            assert number_of(await recovering.ask(method, twin, token, json={})) in {2002, 0, 9002}, twin
    assert reached == FOR_RECOVERY
    assert number_of(await recovering.ask("POST", paths.SIGN_IN, json=world.form("CHAN01").model_dump())) == 2002


async def test_on_the_public_entrance_a_seat_means_nothing(world: World) -> None:
    seat: Seat = world.services.seats.open(HOME, "CHAN01")
    transport = httpx.ASGITransport(app=world.app, client=("198.51.100.9", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as public:
        headers = {paths.SEAT_HEADER: seat.token, "authorization": f"Bearer {world.token('CHAN01')}"}
        assert number_of(await public.get(paths.HOME, headers={paths.SEAT_HEADER: seat.token})) == 1005
        ticket = world.services.sign_in.sign_in(world.form("CHAN01"), "http", "198.51.100.9").ticket
        opened = await public.post(paths.SESSIONS, json={"ticket": ticket}, headers=headers)
        headers["authorization"] = f"Bearer {opened.json()['token']}"
        rows = (await public.get(paths.OWN_SESSIONS, headers=headers)).json()
        own = next(row for row in rows if row["own"])
        assert (own["source"], own["channel"]) == ("198.51.100.9", "http")
        world.services.seats.close(seat)
        assert (await public.get(paths.OWN_SESSION, headers=headers)).is_success, "it was not opened in that seat"
