"""Recovery over HTTP: what a stranger sees is the same whatever is true, and a host header leads nowhere."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from backend.contract import paths
from backend.contract.faults import Refused
from backend.settings import Settings
from tests.doors.http.asking import SECRET, Asking, number_of
from tests.world import NEW_PASSWORD, World

RIGHT = {"login_id": "CHAN01", "phone": "852 2100 0000"}


def asked(ask: Asking, **other: Any) -> httpx.Response:
    headers = other.pop("headers", {})
    return ask("POST", paths.RECOVERY_REQUESTS, json={**RIGHT, **other}, headers=headers)


def mailed(world: World, many: int = 1) -> list[str]:
    """The texts of CHAN01's mails, once there are so many: they come after the answer."""
    until = time.monotonic() + 10
    while len(found := world.mails("CHAN01")) < many and time.monotonic() < until:
        time.sleep(0.02)
    return [mail.text for mail in found]


def seen(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    headers = [one for one in answer.headers.items() if one[0] != paths.REFERENCE_HEADER]  # each answer has its own
    return answer.status_code, answer.content, sorted(headers)


async def test_the_consoles_client_walks_the_whole_way(world: World) -> None:
    client = world.client()
    await client.ask_recovery("chan01", "+852 2100 0000")
    mailed(world)
    code = world.code("CHAN01")
    assert (await client.look_at_code(code)).purpose == "reset"
    await client.reset_password(code, NEW_PASSWORD, world.fresh_otp("CHAN01"))
    with pytest.raises(Refused) as found:
        await client.reset_password(code, NEW_PASSWORD, world.fresh_otp("CHAN01"))
    assert found.value.number == 1013
    await client.close()


def test_a_mismatch_and_nobody_get_the_same_answer_byte_for_byte_and_no_mail(ask: Asking, world: World) -> None:
    first = asked(ask)
    others = [asked(ask, phone="85299999999"), asked(ask, login_id="NOBODY99"), asked(ask, login_id="", phone="")]
    assert first.status_code == 202
    assert all(seen(other) == seen(first) for other in others)
    assert len(mailed(world)) == 1 and len(world.mails()) == 1


def test_the_answer_takes_its_time_whatever_is_true(ask: Asking) -> None:
    for body in (RIGHT, {**RIGHT, "phone": "1"}, {**RIGHT, "login_id": "NOBODY99"}):
        begun = time.monotonic()
        asked(ask, **body)
        assert time.monotonic() - begun >= 0.5


def test_the_host_a_request_names_leads_nowhere(ask: Asking, world: World) -> None:
    forged = {
        "host": "evil.example",
        "x-forwarded-host": "evil.example",
        "forwarded": "host=evil.example",
        "origin": "https://evil.example",
        "referer": "https://evil.example/",
    }
    assert asked(ask, headers=forged).status_code == 202
    (text,) = mailed(world)
    assert "evil" not in text and "http" not in text
    (path,) = world.platform.mails.iterdir()
    assert b"evil" not in path.read_bytes()


def test_a_mail_scanner_that_looks_uses_nothing(ask: Asking, world: World) -> None:
    code = world.issue("CHAN01", "reset")
    for method in ("GET", "HEAD"):
        assert ask(method, paths.CODE_LOOKS, params={"code": code}).status_code in {404, 405, 422}
    for _ in range(5):
        assert number_of(ask("POST", paths.CODE_LOOKS, json={"code": code})) == 0
    body = {"code": code, "password": NEW_PASSWORD, "otp": world.fresh_otp("CHAN01")}
    assert ask("POST", paths.PASSWORD_RESETS, json=body).status_code == 204


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (paths.RECOVERY_REQUESTS, {"login_id": "CHAN01", "phone": "1", "state": "active"}),
        (paths.PASSWORD_RESETS, {"code": "x", "password": SECRET, "otp": "1", "login_id": "LEE02"}),
        (paths.UNLOCKS, {"code": "x", "password": SECRET, "otp": "1", "is_da": True}),
        (paths.ENROLMENTS, {"code": "x", "password": SECRET, "kind": "operator"}),
        (paths.ENROLMENT_CONFIRMATIONS, {"code": "x", "password": SECRET, "otp": "1", "secret": "A" * 32}),
        (paths.PASSWORD_RESETS, {"code": "x" * 201, "password": SECRET, "otp": "1"}),
        (paths.PASSWORD_RESETS, {"code": ["x"], "password": SECRET, "otp": "1"}),
        (paths.ENROLMENTS, {"code": "x", "password": SECRET * 100}),
        (paths.CODE_LOOKS, {}),
    ],
)
def test_a_field_that_nobody_knows_or_that_is_too_long_is_refused_and_no_secret_comes_back(
    ask: Asking, path: str, body: dict[str, Any]
) -> None:
    answer = ask("POST", path, json=body)
    assert number_of(answer) == 9002 and SECRET not in answer.text


@pytest.mark.parametrize("path", [paths.PASSWORD_RESETS, paths.UNLOCKS, paths.ENROLMENT_CONFIRMATIONS])
def test_no_answer_repeats_a_code_a_password_or_a_one_time_password(ask: Asking, world: World, path: str) -> None:
    code = world.issue("CHAN01", "reset")
    answer = ask("POST", path, json={"code": code, "password": SECRET, "otp": "135791"})
    assert number_of(answer) in {1006, 9002}
    assert not any(secret in answer.text for secret in (code, SECRET, "135791"))


def test_one_source_may_ask_thirty_times_a_minute_and_hears_so_whatever_is_true(ask: Asking, world: World) -> None:
    for _ in range(30):
        ask("POST", paths.CODE_LOOKS, json={"code": "x"})
    right, wrong = asked(ask), asked(ask, login_id="NOBODY99")
    assert number_of(right) == number_of(wrong) == 1007 and right.content == wrong.content
    assert world.mails() == []


def test_the_landing_names_whom_mails_come_from_and_their_subject(ask: Asking, world: World) -> None:
    said = ask("GET", paths.LANDING).json()
    settings = Settings(world.platform.settings.data_dir)
    assert said["mail_sender"] == settings.mail_sender and said["mail_subject"] == settings.mail_subject
