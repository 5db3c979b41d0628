"""What watches over the server asks it: alive, ready, figures; and every answer bears the reference of the log."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from backend.contract import paths
from backend.core import readiness
from backend.core.figures import Measure
from backend.doors.http.metrics import METRICS, create_metrics_app
from tests.doors.http.asking import RIGHT, SECRET, Asking, number_of, put, sign_in
from tests.doors.http.conftest import Served
from tests.logged import logged
from tests.world import World

REFERENCE = re.compile(r"[0-9a-f]{8}")


def watched(world: World, path: str, **headers: str) -> httpx.Response:
    """One question to the metrics listener's app."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_metrics_app(world.services), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(asked())


def figures(world: World) -> dict[str, float]:
    """As Prometheus reads them: `name{label="value"}` without the quotes."""
    answer = watched(world, METRICS)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        one.name + "".join(f" {value}" for value in one.labels.values()): one.value
        for family in parsed(answer.text)
        for one in family.samples
    }


# ── alive and ready ──────────────────────────────────────────────────────────────────────────────────────────────


def test_strangers_hear_alive_and_ready_and_one_word_more(
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT", 0.0)
    entrances: tuple[Callable[[str], httpx.Response], ...] = (partial(ask, "GET"), partial(watched, world))
    for get in entrances:
        assert (get(paths.ALIVE).status_code, get(paths.ALIVE).json()) == (200, {"state": "alive"})
        assert (get(paths.READY).status_code, get(paths.READY).json()) == (200, {"state": "ready"})
        with monkeypatch.context() as full:
            full.setattr(type(world.platform.vault), "room", lambda self: 0)
            assert (get(paths.READY).status_code, get(paths.READY).json()) == (503, {"state": "room"})
        assert get(paths.READY).headers["cache-control"] == "no-store"
    world.services.readiness.drain()
    assert (ask("GET", paths.READY).status_code, ask("GET", paths.READY).json()) == (503, {"state": "stopping"})
    assert ask("GET", paths.ALIVE).status_code == 200


def test_figures_are_on_no_entrance_of_the_public(ask: Asking) -> None:
    assert number_of(ask("GET", METRICS)) == number_of(ask("GET", METRICS, "OPER01")) == 2001


def test_the_listener_for_figures_has_nothing_else(world: World) -> None:
    for path in (paths.LANDING, paths.HOME, paths.OPENAPI, "/docs", "/"):
        assert number_of(watched(world, path)) == 2001


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_asked_is_counted_by_route_and_never_by_path(ask: Asking, world: World) -> None:
    ask("GET", paths.HOME, "CHAN01")
    ask("GET", f"{paths.USERS}/CHAN01", "WONGDA1")
    ask("GET", f"/v1/secret-{SECRET}")
    ask("BREW", paths.HOME)
    put(ask)
    put(ask, file_name="nonsense.csv")
    found = figures(world)
    assert found["ecp_http_requests_total GET /v1/home 2xx"] == 1
    assert found["ecp_http_requests_total GET other 4xx"] == found["ecp_http_requests_total other /v1/home 4xx"] == 1
    assert found["ecp_http_request_duration_seconds_count /v1/home"] == 2
    assert found["ecp_submissions_total SD-1 ok"] == found["ecp_submissions_total SD-1 4505"] == 1
    assert found["ecp_database_up"] == 1 and found["ecp_build_info 0.1.0"] == 1
    text = watched(world, METRICS).text
    people = [*world.people, *(world.account(login_id).name for login_id in world.people), "ACME", "01234", "csv"]
    assert not [word for word in [*people, SECRET] if word in text]


def test_labels_do_not_grow_with_what_strangers_send(ask: Asking, world: World) -> None:
    names = set(figures(world))
    for number in range(30):
        ask("GET", f"/x{number}")
        ask(f"M{number}", paths.HOME)
        put(ask, folder=f"F{number}")
        sign_in(ask, world, login_id=f"NOBODY{number}") if number < 5 else None
    grown = {name for name in set(figures(world)) - names if "_bucket" not in name}
    assert grown and not [name for name in grown if re.search(r"x1|M1|F1|NOBODY", name)] and len(grown) < 20, grown


def test_prometheus_may_ask_for_openmetrics(world: World) -> None:
    answer = watched(world, METRICS, accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_every_figure_is_named_by_the_house_and_explained(world: World) -> None:
    measures: list[Measure] = [one.measure for one in world.services.figures.gathered()]
    assert len({one.name for one in measures}) == len(measures)
    for one in measures:
        assert re.fullmatch(r"ecp_[a-z]+(_[a-z]+)*", one.name) and one.help.endswith(".")
        assert not one.name.endswith("_total"), "Prometheus adds it"


# ── references ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_reference_of_a_9000_is_the_answers_and_the_logs(
    ask: Asking, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(world.services.home), "home", broken)
    token = world.token("CHAN01")
    with logged() as out:
        answer = ask("GET", paths.HOME, headers={"authorization": f"Bearer {token}"})
    reference = answer.json()["reference"]
    assert REFERENCE.fullmatch(reference) and answer.headers[paths.REFERENCE_HEADER] == reference
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["event"] for one in told if one["reference"] == reference] == ["unexpected", "request"]
    assert told[-1]["route"] == paths.HOME and told[-1]["status"] == 500


def test_every_answer_has_a_reference_of_its_own_and_nobody_chooses_it(ask: Asking, served: Served) -> None:
    seen = set()
    with served.client() as client:
        asking: list[Callable[[], httpx.Response]] = [
            lambda: client.get(paths.LANDING, headers={paths.REFERENCE_HEADER: "mine"}),
            lambda: client.get("/nowhere"),
            lambda: client.get("/v1/a%00b"),
            lambda: client.post(paths.SIGN_IN, content=b"x" * 100_000),
            lambda: client.get(paths.LANDING, headers={paths.VERSION_HEADER: "99"}),
            lambda: client.put(paths.submission("0" * 32), params=RIGHT, content=b"x"),
        ]
        for one in asking:
            reference = one().headers[paths.REFERENCE_HEADER]
            assert REFERENCE.fullmatch(reference)
            seen.add(reference)
    assert len(seen) == len(asking)


def test_what_only_looks_is_noted_at_debug_alone(ask: Asking, world: World) -> None:
    token = {"authorization": f"Bearer {world.token('CHAN01')}"}

    def noted(level: str) -> list[str]:
        with logged(level=level) as out:
            ask("GET", paths.HOME, headers=token)
            ask("GET", paths.HOME)
            ask("POST", paths.LOGIN_TRANSACTIONS)
        told = [json.loads(line) for line in out.getvalue().splitlines()]
        return [f"{one['method']} {one['route']} {one['status']}" for one in told if one["event"] == "request"]

    changing = ["GET /v1/home 401", "POST /v1/login-transactions 200"]
    assert noted("info") == changing and noted("debug") == ["GET /v1/home 200", *changing]
