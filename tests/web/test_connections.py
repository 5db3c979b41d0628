"""Connections to the browser edition: bounded in number, and cut where they ask for nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ecp_tui.web import connections
from ecp_tui.web.connections import Entrance
from ecp_tui.web.server import listening
from ecp_tui.web.site import Site, networks


async def test_a_source_has_its_part_and_a_silent_connection_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_OF_ONE", 3)
    monkeypatch.setattr(connections, "SILENT", 0.3)
    async with listening(Site("http://127.0.0.1:9", port=0, log=tmp_path / "web.log")) as site:
        host, port = site.authority.split(":")
        lines = [await asyncio.open_connection(host, int(port)) for _ in range(3)]
        reader, writer = await asyncio.open_connection(host, int(port))
        assert await _ended(reader), "there are three already"
        lines[0][1].write(f"GET /static/page.css HTTP/1.1\r\nHost: {site.authority}\r\n\r\n".encode())
        lines[1][1].write(b"GET / HTTP/1.1\r\nHo")
        assert (await lines[0][0].readline()).startswith(b"HTTP/1.1 200")
        assert await _ended(lines[1][0]) and await _ended(lines[2][0]), "nothing whole came on them"
        _, again = await asyncio.open_connection(host, int(port))
        for one in (writer, again, *(line for _, line in lines)):
            one.close()


async def _ended(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(5):
        try:
            return not await reader.read()
        except ConnectionResetError:
            return True


def test_without_tls_only_this_machine_and_the_proxy_come_in_and_the_proxy_may_have_them_all() -> None:
    entrance = Entrance(Site("http://127.0.0.1:9", host="10.0.0.5", proxies=networks("10.0.0.1")))
    assert not entrance.admits("203.0.113.9")
    assert all(entrance.admits("10.0.0.1") for _ in range(connections.MOST_OF_ONE + 1))
    over_tls = Entrance(Site("http://127.0.0.1:9", tls_certificate=Path("c.pem"), tls_key=Path("k.pem")))
    assert [over_tls.admits(f"2001:db8::{n:x}") for n in range(connections.MOST_OF_ONE + 1)][-1] is False
    assert over_tls.admits("2001:db8:1::1")
