"""What is answered, to whom, and what is never in it: secrets, and what nobody signed in may see."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.contract import paths
from tests.doors.http.asking import RIGHT, SECRET, Asking, assert_problem, number_of, put, walked
from tests.logged import logged
from tests.world import World

# ── the unexpected ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bug_is_9000_with_a_reference_whose_details_are_in_the_log_alone(
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = world.form("CHAN01")

    def broken(*args: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(world.services.sign_in), "_reserve", broken)
    body = {"transaction": form.transaction, "login_id": "CHAN01", "password": SECRET, "otp": form.otp}
    with capture_logs() as logs:
        answer = ask("POST", paths.SIGN_IN, json=body)
    assert_problem(answer, 9000)
    assert "a bug" not in answer.text and SECRET not in answer.text
    reference = answer.json()["reference"]
    assert [entry["reference"] for entry in logs if entry["event"] == "unexpected"] == [reference]


def test_no_log_ever_holds_a_password_a_code_or_a_token(
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when what breaks holds them in its variables."""

    def broken(self: Any, *args: Any) -> None:
        held = (SECRET, args)
        raise RuntimeError("a bug") from ValueError(f"while holding {len(held)} things")

    token = world.token("LEE02")
    form = world.form("CHAN01")
    for name in ("_failed", "_passed"):
        monkeypatch.setattr(type(world.services.sign_in), name, broken)
    monkeypatch.setattr(type(world.services.home), "home", broken)
    body = {"transaction": form.transaction, "login_id": "CHAN01", "password": SECRET, "otp": form.otp}
    with logged(level="debug") as out:
        assert_problem(ask("POST", paths.SIGN_IN, json=body), 9000)
        assert_problem(ask("GET", paths.HOME, headers={"authorization": f"Bearer {token}"}), 9000)
    said = out.getvalue()
    assert "unexpected" in said and "a bug" in said
    for secret in (SECRET, form.otp, token, form.transaction, world.people["CHAN01"].password):
        assert secret not in said


def test_secrets_are_not_in_the_repr_of_any_message(world: World) -> None:
    form = world.form("CHAN01")
    ticket = world.services.sign_in.sign_in(form, "console", "x")
    session = world.services.sessions.open(ticket.ticket, "x")
    said = repr(form) + repr(ticket) + repr(session)
    for secret in (form.password, form.otp, ticket.ticket, session.token):
        assert secret not in said


# ── what is public ───────────────────────────────────────────────────────────────────────────────────────────────

PUBLIC = {
    ("GET", paths.ALIVE),
    ("GET", paths.READY),
    ("GET", paths.LANDING),
    ("GET", paths.ALLOWED_SIGNERS),
    ("GET", paths.REVOKED_KEYS),
    ("POST", paths.LOGIN_TRANSACTIONS),
    ("POST", paths.SIGN_IN),
    ("POST", paths.SESSIONS),
    ("GET", paths.OPENAPI),
    *(("POST", path) for path in (paths.RECOVERY_REQUESTS, paths.CODE_LOOKS, paths.PASSWORD_RESETS, paths.UNLOCKS)),
    *(("POST", path) for path in (paths.ENROLMENTS, paths.ENROLMENT_CONFIRMATIONS)),
    ("PUT", paths.TICKETED),
}


def test_public_are_exactly_the_listed_routes(ask: Asking, world: World) -> None:
    found = set(walked(world.app.routes))
    described = json.loads(ask("GET", paths.OPENAPI).text)["paths"]
    assert {(method.upper(), path) for path, row in described.items() for method in row} == found - {
        ("GET", paths.OPENAPI)
    }
    assert found > PUBLIC
    for method, path in found - PUBLIC:
        filled = path.format_map(defaultdict(lambda: "1", submission_id="0" * 32, ticket_id="0" * 32))
        params = RIGHT if method == "PUT" else {}
        body = {"json": {**RIGHT, "size": 1}} if method == "POST" else {}
        assert number_of(ask(method, filled, params=params, **body)) == 1005, f"{method} {path} is public"
    for method, path in PUBLIC:
        assert number_of(ask(method, path, **({"json": {}} if method == "POST" else {}))) in {0, 4521, 9002}


def test_the_landing_tells_nothing_of_anybody(ask: Asking, world: World) -> None:
    said = ask("GET", paths.LANDING).text
    assert not any(login_id in said for login_id in world.people)


# ── what is answered ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_receipt_is_plain_text_whose_hash_is_its_leaf(ask: Asking) -> None:
    receipt = put(ask).json()
    answer = ask("GET", paths.receipt(receipt["activity"]["log_index"]), "CHAN01")
    assert answer.headers["content-type"].startswith("text/plain") and answer.text == receipt["receipt"]
    assert number_of(ask("GET", paths.receipt(receipt["activity"]["log_index"]), "TAI09")) == 2001


def test_the_channel_is_http_unless_it_is_the_console(ask: Asking) -> None:
    assert put(ask).json()["activity"]["channel"] == "http"
    by_console = ask(
        "PUT",
        paths.submission("1" * 32),
        "CHAN01",
        params=RIGHT,
        content=b"y",
        headers={paths.CLIENT_HEADER: "console"},
    )
    assert by_console.json()["activity"]["channel"] == "console"
    pretended = ask(
        "PUT", paths.submission("2" * 32), "CHAN01", params=RIGHT, content=b"z", headers={paths.CLIENT_HEADER: "sftp"}
    )
    assert pretended.json()["activity"]["channel"] == "http"


def test_a_check_has_the_verdict_of_the_upload(ask: Asking) -> None:
    answer = ask("POST", paths.CHECKS, "CHAN01", json={**RIGHT, "size": 1})
    assert answer.status_code == 200 and answer.json()["replaces"] is None
    assert_problem(ask("POST", paths.CHECKS, "CHAN01", json={**RIGHT, "size": 0}), 4512)
    assert_problem(ask("POST", paths.CHECKS, "CHAN01", json={**RIGHT, "size": -1}), 9002)
    half = json.dumps({**RIGHT, "size": 1, "file_name": "\ud800"}).encode()
    assert number_of(ask("POST", paths.CHECKS, "CHAN01", content=half)) in {4505, 9002}


def test_signing_out_ends_the_session(ask: Asking) -> None:
    assert ask("DELETE", paths.OWN_SESSION, "CHAN01").status_code == 204
    assert_problem(ask("GET", paths.OWN_SESSION, "CHAN01"), 1005)


def test_polling_does_not_keep_a_session_alive(ask: Asking, world: World) -> None:
    ask("GET", paths.HOME, "CHAN01")
    for _ in range(4):
        world.clock.move(minutes=9)
        last = ask("GET", paths.HOME, "CHAN01", headers={paths.BACKGROUND_HEADER: "1"})
    assert_problem(last, 1005)
