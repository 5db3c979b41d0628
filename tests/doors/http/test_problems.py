"""Every refusal over HTTP: a problem document with number and remedy."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract import paths
from tests.doors.http.asking import RIGHT, Asking, assert_problem, number_of, put, sign_in
from tests.world import World

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


def test_a_path_with_one_slash_too_many_leads_nowhere(ask: Asking) -> None:
    answer = ask("GET", paths.HOME + "/", headers={"host": "evil.example"}, follow_redirects=False)
    assert_problem(answer, 2001)
    assert "location" not in answer.headers
