"""Words, addresses, telephones and bodies that nobody means well with, at the HTTP door of both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.contract import paths
from backend.doors.http.guards import LARGEST_BODY
from tests.asked_together import Desk, new_user
from tests.world import World

CONTROLS = ("a\x00b", "a\x1b[2Jb", "a\nb", "a\x7fb", "a\x85b")


@pytest.fixture
def desk(any_world: World) -> Desk:
    return Desk(any_world)


def refused(answer: httpx.Response, names: str = "") -> None:
    assert answer.json()["number"] == 9002 and names in answer.json()["detail"], answer.text


def proposed(desk: Desk, **wrong: Any) -> httpx.Response:
    return desk.ask("WONGDA1", "POST", paths.REQUESTS, {"proposal": new_user(**wrong)})


def test_control_characters_in_names_and_words_are_refused_and_the_field_is_named(desk: Desk) -> None:
    for text in CONTROLS:
        refused(proposed(desk, name=text), "name")
        refused(proposed(desk, note=text), "note")
        refused(desk.ask("WONGDA1", "POST", paths.SUSPENSIONS, {"login_id": "LEE02", "reason": text}), "reason")
    request = desk.request("WONGDA1", **new_user())
    act = {"rev": request["rev"], "reason": CONTROLS[0]}
    refused(desk.ask("LEEDA2", "POST", paths.request_act(request["id"], "return"), act), "reason")


@pytest.mark.parametrize("turned", ["Kwok\u202egniW", "Kwok\u200bWing", "Kwok\u2066Wing", "Kwok\u2028Wing"])
def test_what_turns_or_hides_the_text_beside_it_is_refused(desk: Desk, turned: str) -> None:
    refused(proposed(desk, name=turned), "name")
    refused(proposed(desk, note=turned), "note")


def test_control_characters_in_an_address_are_refused_before_anything_is_looked_up(desk: Desk) -> None:
    for path in (
        f"{paths.USERS}/%00",
        f"{paths.USERS}?company=%00",
        f"{paths.SFTP_ACCESS}?login_id=%00",
        f"{paths.ACTIVITY}?name=a%1Bb",
        f"{paths.REQUESTS}?state=%0A",
    ):
        refused(desk.ask("OPER01", "GET", path), "control characters")


def test_control_characters_anywhere_else_fail_as_foreseen(desk: Desk) -> None:
    text = CONTROLS[0]
    asked = [
        desk.ask("WONGDA1", "POST", paths.ADDRESS_REMOVALS, {"login_id": "CHAN01", "network": text}),
        desk.ask("WONGDA1", "POST", paths.KEY_REVOCATIONS, {"fingerprint": text}),
        desk.ask(None, "POST", paths.RECOVERY_REQUESTS, {"login_id": text, "phone": text}),
        desk.ask(None, "POST", paths.CODE_LOOKS, {"code": text}),
    ]
    assert [answer.status_code for answer in asked if answer.status_code >= 500] == []


@pytest.mark.parametrize(
    "email",
    [
        "kwok@\u0430cme.example",
        "k\u00e4se@acme.example",
        "k\x00@acme.example",
        "k(w@acme.example",
        "k w@acme.example",
        "k..w@acme.example",
        "kwok@acme",
        "kwok@-acme.example",
        '"k"@acme.example',
    ],
)
def test_an_e_mail_address_that_is_not_plain_is_refused(world: World, email: str) -> None:
    refused(proposed(Desk(world), email=email), "email")


def test_apostrophes_dashes_and_plus_signs_are_plain_in_an_e_mail_address(world: World) -> None:
    assert proposed(Desk(world), email="o'neil+ecp@mail-1.acme.example").is_success


@pytest.mark.parametrize("phone", ["------", "(.)(.)", "+1-----", "+85 2 2", "+0852 2100 0000", "1234567", "1" * 16])
def test_a_telephone_that_nobody_has_is_refused(world: World, phone: str) -> None:
    refused(proposed(Desk(world), phone=phone), "phone")


@pytest.mark.parametrize("phone", ["+852 2100-9901", "00852 (2100) 9901", "85221009901", "+(852) 2100.9901"])
def test_a_telephone_is_taken_however_it_is_written(world: World, phone: str) -> None:
    made = proposed(Desk(world), phone=phone).json()
    assert [line["after"] for line in made["lines"] if line["label"] == "Telephone"] == ["+85221009901"]


def test_no_body_but_an_upload_may_be_large_whatever_the_method(world: World) -> None:
    desk, path = Desk(world), paths.request(1)
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 100 * LARGEST_BODY:
            read += 1024
            yield b" " * 1024

    async def asked(**options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=desk.world.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.put(path, headers={"content-type": "application/json"}, **options)

    for options in ({"content": b" " * (LARGEST_BODY + 1)}, {"content": endless()}):
        refused(asyncio.run(asked(**options)), "too large")
    assert 0 < read <= LARGEST_BODY + 1024
