"""Publishing over HTTP: operators alone, the rules of the folder, and nothing of what broke off."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from typing import Any

import httpx
import pytest

from backend.contract import paths
from tests.doors.http.asking import Asking, number_of
from tests.doors.http.conftest import Served
from tests.publishing import NAME, publish
from tests.world import World

DATA = b"stock,shares\r\n0005,400\r\n"
PLACE = {"folder": "RPT-TRD", "to": "01234"}

WHY = {"reason": "the prices of another day"}


def standing(world: World) -> list[int]:
    """The versions of what stands there."""
    pages = world.services.publishing.published(world.actor("OPER01"), *PLACE.values())
    return [one.version for page in pages for one in page]


def put(ask: Asking, who: str | None = "OPER01", data: bytes = DATA, **other: Any) -> httpx.Response:
    return ask("PUT", paths.PUBLISHED, who, params={**PLACE, "file_name": NAME, **other}, content=data)


def test_an_operator_publishes_sees_and_withdraws_and_the_identity_finds_what_stands(ask: Asking, world: World) -> None:
    done = put(ask).json()
    one, sha256 = done["publication"], hashlib.sha256(DATA).hexdigest()
    assert (one["sha256"], one["size"], one["version"], one["to"]) == (sha256, len(DATA), 1, ["01234"])
    assert (done["reached"], done["new"], done["notices"]) == (1, 1, 0)
    again = put(ask).json()
    assert (again["publication"], again["new"]) == (one, 0), "the same bytes are the same publication"
    two = put(ask, data=DATA + b"x").json()["publication"]
    assert (two["version"], two["edition"] > one["edition"]) == (2, True)
    listed = ask("GET", paths.EDITIONS, "OPER01", params={"folder": "RPT-TRD"}).json()
    assert [row["version"] for row in listed["items"]] == [2]
    assert ask("GET", paths.publication_content(two["edition"]), "CHAN01").content == DATA + b"x"
    (to,) = ask("GET", paths.edition(two["edition"]), "AUDIT01").json()["recipients"]
    assert (to["identity_code"], to["state"], to["fetched_by"]) == ("01234", "fetched", "CHAN01")
    named = {**PLACE, "file_name": NAME}
    assert number_of(ask("DELETE", paths.PUBLISHED, "OPER01", params=named)) == 9002, "it needs a reason"
    assert number_of(ask("DELETE", paths.PUBLISHED, "OPER01", params=named | {"reason": "  "})) == 9002
    assert ask("DELETE", paths.PUBLISHED, "OPER01", params=named | WHY).status_code == 204
    assert ask("GET", paths.EDITIONS, "OPER01").json()["items"] == []
    assert number_of(ask("GET", paths.publication_content(two["edition"]), "CHAN01")) == 2001
    assert number_of(ask("DELETE", paths.PUBLISHED, "OPER01", params=named | WHY)) == 2001


def test_nobody_but_an_operator_publishes_withdraws_or_sees_whose_files_stand(ask: Asking, world: World) -> None:
    one = publish(world, DATA)
    named = {**PLACE, "file_name": NAME}
    for who, number in (("CHAN01", 2002), ("WONGDA1", 2002), ("AUDIT01", 2002), (None, 1005)):
        assert number_of(put(ask, who, DATA + b"y")) == number
        assert number_of(ask("DELETE", paths.PUBLISHED, who, params=named | WHY)) == number
        assert number_of(ask("POST", paths.edition_withdrawal(one.log_index), who, json=WHY)) == number
        assert number_of(ask("POST", paths.PUBLISH_CHECKS, who, json=named)) == number
        for path in (paths.PUBLISH_OPTIONS, paths.EDITIONS, paths.edition(one.log_index)):
            told = ask("GET", path, who)
            assert told.status_code == 200 if who == "AUDIT01" else number_of(told) == number
    assert standing(world) == [1]


@pytest.mark.parametrize(
    ("other", "data", "number"),
    [
        ({"folder": "SD-1"}, DATA, 4501),
        ({"folder": "nowhere"}, DATA, 4501),
        ({"to": "77777"}, DATA, 2001),
        ({"to": "01235"}, DATA, 4505),
        ({"file_name": "return.csv"}, DATA, 4505),
        ({"file_name": f"{NAME}.filepart"}, DATA, 4505),
        ({"file_name": f"../{NAME}"}, DATA, 4505),
        ({"file_name": ""}, DATA, 4505),
        ({}, b"", 4512),
    ],
)
def test_what_the_folder_does_not_take_is_not_published(
    ask: Asking, world: World, other: dict[str, Any], data: bytes, number: int
) -> None:
    assert number_of(put(ask, data=data, **other)) == number
    assert standing(world) == []
    assert len(world.services.publishing._stagings) == 0


def test_what_is_too_large_is_refused_before_and_while_it_comes(ask: Asking, world: World) -> None:
    with world.platform.store.reading() as rows:
        limit = rows.catalogue().folders["RPT-TRD"].size_limit
    sized = {"headers": {"content-length": str(limit + 1)}, "content": b"x"}
    told = ask("PUT", paths.PUBLISHED, "OPER01", params={**PLACE, "file_name": NAME}, **sized)
    assert number_of(told) == 4511
    assert len(world.services.publishing._stagings) == 0


def test_a_file_whose_line_breaks_is_not_published(served: Served) -> None:
    world = served.world
    query = f"folder=RPT-TRD&to=01234&file_name={NAME}"
    for length in (f"Content-Length: {len(DATA) + 5}", "Transfer-Encoding: chunked"):
        with socket.create_connection((served.host, served.port), timeout=10) as line:
            head = f"PUT {paths.PUBLISHED}?{query} HTTP/1.1\r\nHost: x\r\n{length}\r\n"
            line.sendall(f"{head}Authorization: Bearer {world.token('OPER01')}\r\n\r\n".encode())
            line.sendall(DATA if "Length" in length else f"{len(DATA):x}\r\n".encode() + DATA + b"\r\n")
    for _ in range(300):
        if len(world.services.publishing._stagings) == 0:
            break
        asyncio.run(asyncio.sleep(0.01))
    assert len(world.services.publishing._stagings) == 0
    assert standing(world) == []
