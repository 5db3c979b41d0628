"""Every refusal over HTTP: a problem document with number and remedy, and nothing in it that was secret or typed."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from backend.__main__ import _log_to_stderr
from backend.contract import paths
from backend.contract.faults import FAULTS
from tests.doors.http.conftest import Asking, number_of, walked
from tests.submitting import NAME
from tests.world import World

RIGHT = {"folder": "SD-1", "identity_code": "01234", "input_date": "2022-05-19", "file_name": NAME}


def put(ask: Asking, data: bytes = b"x", who: str | None = "CHAN01", **other: Any) -> httpx.Response:
    submission_id = other.pop("submission_id", secrets.token_hex(16))
    return ask("PUT", paths.submission(submission_id), who, params={**RIGHT, **other}, content=data)


def sign_in(ask: Asking, world: World, **other: Any) -> httpx.Response:
    form = world.form("CHAN01")
    body = {"transaction": form.transaction, "login_id": "CHAN01", "password": form.password, "otp": form.otp}
    return ask("POST", paths.SIGN_IN, json={**body, **other})


def assert_problem(answer: httpx.Response, number: int) -> None:
    body, fault = answer.json(), FAULTS[number]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert body["number"] == number and body["status"] == answer.status_code == fault.http
    assert body["type"] == f"urn:ecp:fault:{number}" and body["title"] == fault.title
    assert body["detail"] and body["remedy"] and "{" not in body["remedy"] + body["detail"]


WRONG_SUBMISSIONS: tuple[tuple[int, dict[str, Any]], ...] = (
    (4505, {"input_date": "2022-05-18"}),
    (4505, {"identity_code": "01235"}),
    (4505, {"file_name": "report.csv"}),
    (4505, {"file_name": "[/b].csv"}),
    (4505, {"file_name": "\x1b[2J.csv"}),
    (4505, {"file_name": "a\x00b.csv"}),
    (4505, {"file_name": "../../etc/passwd"}),
    (4505, {"file_name": "a" * 255}),
    (4512, {"data": b""}),
    (4513, {"input_date": "2022-01-03", "file_name": "SD1_01234_20220103.csv"}),
    (4501, {"folder": "BCAN"}),
    (4501, {"folder": "NO-SUCH"}),
    (4510, {"folder": "DECL", "file_name": "DECL_01234_20220519.pdf"}),
    (9002, {"input_date": "2022-05-32"}),
    (9002, {"input_date": "yesterday"}),
    (9002, {"file_name": "a" * 1001}),
    (9002, {"sha256": "short"}),
    (9002, {"submission_id": "../../x"}),
    (9002, {"submission_id": "A" * 32}),
)


@pytest.mark.parametrize(("number", "wrong"), WRONG_SUBMISSIONS)
def test_a_wrong_submission_gets_its_number_and_remedy(ask: Asking, number: int, wrong: dict[str, Any]) -> None:
    answer = put(ask, **wrong)
    if wrong.get("submission_id", "").startswith(".."):
        number = 2001
    assert_problem(answer, number)
    assert "\x1b" not in answer.text and "\\u001b" not in answer.text and "\\u0000" not in answer.text


def test_a_4505_names_both_values(ask: Asking) -> None:
    body = put(ask, input_date="2022-05-18").json()
    assert body["values"]["in_name"] == "2022-05-19" and body["values"]["chosen"] == "2022-05-18"
    assert "2022-05-19" in body["remedy"] and "2022-05-18" in body["detail"]


def test_a_folder_not_granted_and_one_that_is_not_there_answer_alike(ask: Asking) -> None:
    granted_to_others, absent = put(ask, folder="BCAN"), put(ask, folder="NCAN")
    assert granted_to_others.text.replace("BCAN", "?") == absent.text.replace("NCAN", "?")
    assert granted_to_others.status_code == absent.status_code == 404


def test_too_large_is_said_before_the_bytes_are_read(ask: Asking) -> None:
    async def never() -> Any:
        yield b"x"
        raise AssertionError("a second block was asked for")

    params = {**RIGHT}
    answer = ask(
        "PUT",
        paths.submission("0" * 32),
        "CHAN01",
        params=params,
        content=never(),
        headers={"content-length": "4294967297"},
    )
    assert_problem(answer, 4511)


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "0x10", "", " ", "9" * 5000])
def test_a_content_length_that_is_no_number_is_refused(ask: Asking, length: str) -> None:
    headers = {"content-length": length} if length.isascii() else {"content-length": length.encode()}
    answer = ask("PUT", paths.submission("0" * 32), "CHAN01", params=RIGHT, headers=headers)
    assert number_of(answer) in {9002, 4511}


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_wrong_password_wrong_code_and_unknown_id_get_the_same_answer(ask: Asking, world: World) -> None:
    answers = [
        sign_in(ask, world, password="wrong"),
        sign_in(ask, world, otp="000000"),
        sign_in(ask, world, login_id="NOBODY99"),
        sign_in(ask, world, login_id="CH\x00AN"),
        sign_in(ask, world, login_id=""),
    ]
    assert len({answer.text for answer in answers}) == 1
    assert_problem(answers[0], 1001)


def test_the_sixth_wrong_try_is_1002_and_an_expired_transaction_1003(ask: Asking, world: World) -> None:
    for _ in range(5):
        assert_problem(sign_in(ask, world, password="wrong"), 1001)
    assert_problem(sign_in(ask, world), 1002)
    assert_problem(sign_in(ask, world, transaction="x"), 1003)
    assert_problem(ask("POST", paths.SESSIONS, json={"ticket": "x"}), 1003)


def test_the_31st_sign_in_of_a_source_within_a_minute_is_1007(ask: Asking, world: World) -> None:
    form = world.form("CHAN01")
    body = {"transaction": form.transaction, "password": "x", "otp": "000000"}
    numbers = [number_of(ask("POST", paths.SIGN_IN, json={**body, "login_id": f"USER{n:04}"})) for n in range(31)]
    assert numbers == [1001] * 30 + [1007]


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer x", "Basic Q0hBTjAxOng=", "Bearer " + "A" * 44, "bearer " + "é" * 9]
)
def test_no_token_but_a_live_one_opens_anything(ask: Asking, token: str) -> None:
    answer = ask("GET", paths.HOME, headers={"authorization": token.encode("latin-1", "replace")})
    assert_problem(answer, 1005)


@pytest.mark.parametrize(("who", "number"), [("WONGDA1", 2000), ("ACMEBOT1", 2000), ("OPER01", 0), ("CHAN01", 0)])
def test_error_2000_on_everything_of_ecp_for_those_without_functions(ask: Asking, who: str, number: int) -> None:
    assert number_of(ask("GET", paths.HOME, who)) == number
    assert number_of(ask("GET", paths.FOLDERS, who)) == number
    assert number_of(put(ask, who=who)) == (number or (4501 if who == "OPER01" else 0))
    assert number_of(ask("GET", paths.OWN_SESSION, who)) == 0, "Client Connect stays open"


# ── requests that make no sense ──────────────────────────────────────────────────────────────────────────────────

SECRET = "hunter2-hunter2-hunter2"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b'{"password": "' + SECRET.encode() + b'"}',
        b'{"password": "' + SECRET.encode() + b'", "login_id": 7, "otp": [], "transaction": {}}',
        b'{"transaction": "' + SECRET.encode() * 20 + b'", "login_id": "a", "otp": "b", "password": "c"}',
        b'{"' + SECRET.encode() + b'": 1}',
        b'{"login_id": "\\ud800", "password": "\\ud800", "otp": "\\ud800", "transaction": "\\ud800"}',
        b"[" * 30_000,
        b'{"password": NaN}',
    ],
)
def test_a_damaged_form_is_9002_and_nothing_of_it_comes_back(ask: Asking, body: bytes) -> None:
    answer = ask("POST", paths.SIGN_IN, content=body, headers={"content-type": "application/json"})
    assert number_of(answer) in {9002, 1003}
    assert SECRET not in answer.text
    assert "pydantic" not in answer.text and "json" not in answer.text.lower().replace("problem+json", "")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "from_date=x", "sha256=zz", "state=lost", "cursor=" + "x" * 201]
)
def test_a_damaged_question_is_9002_and_names_its_field(ask: Asking, query: str) -> None:
    answer = ask("GET", f"{paths.ACTIVITY}?{query}", "CHAN01")
    assert_problem(answer, 9002)
    assert query.split("=")[0] in answer.json()["detail"]


def test_a_question_with_a_nul_or_a_broken_letter_finds_nothing(ask: Asking) -> None:
    for query in ("name=%00", "folder=%00", "name=%ff%fe", "name=%ed%a0%80", "login_id=%00"):
        answer = ask("GET", f"{paths.ACTIVITY}?{query}", "CHAN01")
        assert number_of(answer) in {0, 9002}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/nothing",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/v1/../etc/passwd",
        "/v1/activity/-1",
        "/v1/activity/9007199254740993",
        "/v1/receipts/x",
    ],
)
def test_what_is_not_there_is_a_problem_too(ask: Asking, path: str) -> None:
    assert number_of(ask("GET", path, "CHAN01")) in {2001, 9002}


def test_a_method_that_does_not_apply_is_a_problem_too(ask: Asking) -> None:
    assert_problem(ask("DELETE", paths.HOME, "CHAN01"), 9002)
    assert_problem(ask("BREW", paths.LANDING), 9002)


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_too_large_is_refused_whether_it_says_so_or_not(ask: Asking, declared: bool) -> None:
    async def blocks() -> Any:
        for _ in range(20):
            yield b"x" * 8192

    content: Any = b"x" * 20 * 8192 if declared else blocks()
    for path in (paths.SIGN_IN, paths.CHECKS, paths.SESSIONS):
        answer = ask("POST", path, "CHAN01", content=content if declared else blocks())
        assert_problem(answer, 9002)
        assert "too large" in answer.json()["detail"]


# ── versions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_client_of_another_version_is_told_both(ask: Asking) -> None:
    answer = ask("GET", paths.LANDING, headers={paths.VERSION_HEADER: "99"})
    assert_problem(answer, 9004)
    assert answer.json()["values"] == {"client": "99", "server": paths.VERSION}


def test_a_version_that_is_an_attack_is_shown_harmless(ask: Asking) -> None:
    answer = ask("GET", paths.LANDING, headers={paths.VERSION_HEADER: b"\x1b[2J\xff" + b"9" * 500})
    assert_problem(answer, 9004)
    assert "\\u001b" not in answer.text and len(answer.json()["values"]["client"]) <= 80


def test_a_client_that_says_no_version_is_served(ask: Asking) -> None:
    answer = ask("GET", paths.LANDING)
    assert answer.status_code == 200 and answer.headers[paths.VERSION_HEADER] == paths.VERSION
    assert "server" not in answer.headers


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
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Even when what breaks holds them in its variables."""
    _log_to_stderr()

    def broken(self: Any, *args: Any) -> None:
        held = (SECRET, args)
        raise RuntimeError("a bug") from ValueError(f"while holding {len(held)} things")

    token = world.token("LEE02")
    form = world.form("CHAN01")
    for name in ("_failed", "_passed"):
        monkeypatch.setattr(type(world.services.sign_in), name, broken)
    monkeypatch.setattr(type(world.services.home), "home", broken)
    body = {"transaction": form.transaction, "login_id": "CHAN01", "password": SECRET, "otp": form.otp}
    assert_problem(ask("POST", paths.SIGN_IN, json=body), 9000)
    assert_problem(ask("GET", paths.HOME, headers={"authorization": f"Bearer {token}"}), 9000)
    structlog.reset_defaults()
    out, err = capfd.readouterr()
    assert "unexpected" in out + err and "a bug" in out + err
    for secret in (SECRET, form.otp, token, form.transaction, world.people["CHAN01"].password):
        assert secret not in out + err


def test_secrets_are_not_in_the_repr_of_any_message(world: World) -> None:
    form = world.form("CHAN01")
    ticket = world.services.sign_in.sign_in(form, "console", "x")
    session = world.services.sessions.open(ticket.ticket, "x")
    said = repr(form) + repr(ticket) + repr(session)
    for secret in (form.password, form.otp, ticket.ticket, session.token):
        assert secret not in said


# ── what is public ───────────────────────────────────────────────────────────────────────────────────────────────

PUBLIC = {
    ("GET", paths.LANDING),
    ("POST", paths.LOGIN_TRANSACTIONS),
    ("POST", paths.SIGN_IN),
    ("POST", paths.SESSIONS),
    ("GET", paths.OPENAPI),
}


def test_public_are_exactly_the_listed_routes(ask: Asking, world: World) -> None:
    found = set(walked(world.app.routes))
    described = json.loads(ask("GET", paths.OPENAPI).text)["paths"]
    assert {(method.upper(), path) for path, row in described.items() for method in row} == found - {
        ("GET", paths.OPENAPI)
    }
    assert found > PUBLIC
    for method, path in found - PUBLIC:
        filled = path.format(submission_id="0" * 32, log_index=0)
        params = RIGHT if method == "PUT" else {}
        body = {"json": {**RIGHT, "size": 1}} if method == "POST" else {}
        assert number_of(ask(method, filled, params=params, **body)) == 1005, f"{method} {path} is public"
    for method, path in PUBLIC:
        assert number_of(ask(method, path, **({"json": {}} if method == "POST" else {}))) in {0, 9002}


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
