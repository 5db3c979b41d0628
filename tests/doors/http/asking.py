"""What tests ask the HTTP door, and how they read its answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from backend.contract import paths
from backend.contract.faults import FAULTS
from tests.submitting import NAME
from tests.world import World

Asking = Callable[..., httpx.Response]


def number_of(answer: httpx.Response) -> int:
    """The fault's number; 0 for a success."""
    if answer.is_success:
        return 0
    assert answer.headers["content-type"] == paths.PROBLEM_TYPE, answer.text
    return int(answer.json()["number"])


def walked(routes: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, however it was included."""
    for route in routes:
        inner = getattr(route, "original_router", None) or getattr(route, "routes", None)
        if inner is not None:
            yield from walked(getattr(inner, "routes", inner))
            continue
        for method in route.methods - {"HEAD"}:
            yield method, route.path


SECRET = "hunter2-hunter2-hunter2"
"""What is never to come back."""
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
