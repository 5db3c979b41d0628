"""Requests that make no sense: refused with 9002, and nothing of them comes back."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract import paths
from tests.doors.http.asking import SECRET, Asking, assert_problem, number_of


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
