"""The inbox over HTTP: pickups by ranges, on lines that break, and the attacks on reason, page and place."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from urllib.parse import quote

from backend.contract import paths
from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import Activity, ActivityFilter, Fetchable, PickUp
from ecp_tui.client import EcpClient
from ecp_tui.downloads import Downloads
from tests.doors.http.asking import Asking, number_of
from tests.doors.http.conftest import Served
from tests.inbox import WHY, told
from tests.submitting import NAME, submitted
from tests.world import World

DATA = bytes(range(256)) * 40
MIB = 1 << 20
REASON = {"reason": WHY}


def acts(world: World, state: str = "collected") -> list[Activity]:
    """The acts of this state, newest first."""
    found = world.services.activity.page(world.actor("OPER02"), ActivityFilter(state=state), None, 100).items
    return [one for one in found if one.act == state]


def readings(world: World) -> int:
    return len(world.services.collecting._handing_out._readings)


def filed(world: World, data: bytes = DATA) -> int:
    return submitted(world, world.actor("CHAN01"), data).activity.log_index


def test_a_pickup_brings_the_file_with_its_sha256_and_leaves_one_row_with_its_reason(world: World, ask: Asking) -> None:
    one = filed(world)
    whole = ask("GET", paths.inbox_content(one), "OPER01", params=REASON)
    assert (whole.status_code, whole.content) == (200, DATA)
    assert whole.headers["etag"] == f'"{hashlib.sha256(DATA).hexdigest()}"'
    assert whole.headers["content-disposition"] == f'attachment; filename="{NAME}"'
    part = ask("GET", paths.inbox_content(one), "OPER01", params=REASON, headers={"range": "bytes=10000-"})
    assert (part.status_code, part.content) == (206, DATA[10000:])
    beyond = ask("GET", paths.inbox_content(one), "OPER01", params=REASON, headers={"range": "bytes=99999-"})
    assert number_of(beyond) == 4522
    (act,) = acts(world)
    assert (act.login_id, act.reason, act.channel) == ("OPER01", WHY, "http")
    assert readings(world) == 0


def test_without_a_reason_that_can_be_shown_nothing_is_picked_up_or_done(world: World, ask: Asking) -> None:
    one = filed(world)
    for words in (None, "", "  ", "\x00", "a\x1b[2J", "\u202eevil", "\ud7ff\u200b", "x" * 501, "a\nb"):
        params = {} if words is None else {"reason": words}
        assert number_of(ask("GET", paths.inbox_content(one), "OPER01", params=params)) == 9002, words
        for act in ("replay", "withdraw", "return"):
            assert number_of(ask("POST", paths.inbox_act(one, act), "OPER01", json=params)) == 9002, words
    more = {"reason": WHY, "login_id": "OPER02"}
    assert number_of(ask("POST", paths.inbox_act(one, "return"), "OPER01", json=more)) == 9002, "a field nobody knows"
    assert number_of(ask("GET", paths.inbox_content(one) + "?reason=" + quote("ok") + "%00", "OPER01")) == 9002
    assert told(world) == [(NAME, 1, "accepted", None)] and acts(world) == []


def test_what_is_not_yours_to_see_answers_like_what_is_not_there(world: World, ask: Asking) -> None:
    one = filed(world)
    nothing = ask("GET", paths.inbox_content(10_000), "CHAN01", params=REASON)
    for who in ("CHAN01", "HODA1", "ACMEBOT1"):
        there = ask("GET", paths.inbox_content(one), who, params=REASON)
        assert (there.status_code, there.content) == (nothing.status_code, nothing.content) and number_of(there) == 2001
        assert number_of(ask("GET", paths.INBOX, who)) == 2001
        for act in ("replay", "withdraw", "return"):
            assert number_of(ask("POST", paths.inbox_act(one, act), who, json=REASON)) == 2001
    assert number_of(ask("GET", paths.inbox_content(one), "AUDIT01", params=REASON)) == 4520
    assert number_of(ask("POST", paths.inbox_act(one, "withdraw"), "AUDIT01", json=REASON)) == 2002
    assert number_of(ask("GET", paths.INBOX)) == number_of(ask("GET", paths.inbox_content(one), params=REASON)) == 1005
    assert ask("GET", paths.INBOX, "AUDIT01").json()["items"][0]["activity"]["log_index"] == one
    for query in ({"state": "secret"}, {"limit": "501"}, {"folder": "a\x00"}, {"input_date": "soon"}, {"cursor": "x"}):
        assert number_of(ask("GET", paths.INBOX, "OPER01", params=query)) == 9002, query
    assert acts(world) == []


def test_a_collection_is_in_the_log_before_its_first_byte_and_stays_when_the_line_breaks(served: Served) -> None:
    world = served.world
    one = filed(world, os.urandom(24 * MIB))
    token = world.token("OPER01")
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        line.settimeout(10)
        line.connect((served.host, served.port))
        told_ = (
            f"GET {paths.inbox_content(one)}?reason=audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        line.sendall(told_.encode())
        assert line.recv(1).startswith(b"H")
        assert [act.reason for act in acts(world)] == ["audit"], "before a byte of it could have been read"
    for _ in range(300):
        if readings(world) == 0:
            break
        time.sleep(0.01)
    assert readings(world) == 0 and told(world) == []


def test_a_withdrawal_in_the_middle_lets_the_reader_finish_and_a_suspension_does_not(served: Served) -> None:
    """What was begun while it stood may be read to its end; who is suspended reads no further."""
    world = served.world

    async def read(meanwhile: Callable[[int], object]) -> int:
        one = filed(world, os.urandom(24 * MIB))
        client, taken = EcpClient(served.url, token=world.token("OPER01")), 0
        try:
            async for block in client.fetch(picked(world, one, "audit"), 0):
                if not taken:
                    meanwhile(one)
                    await asyncio.sleep(1)
                taken += len(block)
        except Refused:
            return taken
        finally:
            await client.close()
        return taken

    other = world.actor("OPER02")
    assert asyncio.run(read(lambda one: world.services.inbox.withdraw(other, one, WHY))) == 24 * MIB
    assert asyncio.run(read(lambda one: world.services.access.suspend(other, "OPER01"))) < 24 * MIB


def test_a_download_that_goes_on_after_a_break_is_whole_and_checked(served: Served, tmp_path: Path) -> None:
    world, data = served.world, os.urandom(3 * MIB + 17)
    one = filed(world, data)

    async def saved() -> None:
        client, broken = EcpClient(served.url, token=world.token("OPER01")), [True]

        async def fetch(wanted: Fetchable, offset: int) -> AsyncGenerator[bytes]:
            async for block in client.fetch(wanted, offset):
                yield block
                if broken:
                    broken.pop()
                    raise Refused(UNREACHABLE, server="x", why="cut")

        downloads = Downloads(fetch, backoff=(0.01,))
        download = downloads.start(picked(world, one, WHY), tmp_path / NAME)
        await download.wait()
        await downloads.close()
        await client.close()
        assert download.fault is None and (tmp_path / NAME).read_bytes() == data

    asyncio.run(saved())
    assert [act.reason for act in acts(world)] == [WHY], "the same act, begun again"


def picked(world: World, log_index: int, reason: str) -> PickUp:
    activity = world.services.activity.one(world.actor("OPER02"), log_index).activity
    return PickUp.model_validate(activity.model_dump() | {"reason": reason})
