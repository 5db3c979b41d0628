"""The existing ECP's listener on real sockets: who dawdles, who comes too often, TLS, and SIGTERM amid a file."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from click.testing import CliRunner

import backend.__main__ as program
from backend.contract import paths
from tests.doors.existing_ecp.conftest import LOGIN, PDF, Browser
from tests.doors.http.test_tls import certificate_in
from tests.e2e.test_operating import OPERATORS

MOST_OF_ONE_SOURCE: Final = 8
BODY_SECONDS: Final = 2
HURRIED: Final = f"""
import backend.__main__, backend.serving, backend.doors.http.connections as connections
connections.HEAD_SECONDS = connections.BODY_SECONDS = {BODY_SECONDS}
connections._LOOK_SECONDS = 0.1
backend.serving._MOST_CONNECTIONS = {4 * MOST_OF_ONE_SOURCE}
backend.__main__.main()
"""
"""ecpd itself, with bounds that a test can wait for."""
BOUNDARY: Final = "a-boundary"
GRACE: Final = 20


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's world, served by a process of its own, and where its existing ECP is."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    world: dict[str, Any]

    @property
    def address(self) -> tuple[str, int]:
        url = httpx.URL(self.world["existing_ecp"])
        assert url.port is not None
        return url.host, url.port

    def connected(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=GRACE)

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Browser]:
        where = self.world["existing_ecp"]
        async with httpx.AsyncClient(base_url=where, follow_redirects=True, timeout=GRACE) as client:
            browser = Browser(client)
            password = next(one[1] for one in self.world["existing_accounts"] if one[0] == LOGIN)
            assert (await browser.sign_in(password)).status_code == 200, browser.text
            yield browser

    @property
    def staged(self) -> list[Path]:
        return [one for one in (Path(self.ready["data_dir"]) / "staging").rglob("*") if one.is_file()]

    async def ends(self) -> int:
        return await asyncio.to_thread(self.process.wait, GRACE)


def today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Hong_Kong')):%Y-%m-%d}"


def named() -> str:
    return f"DECL_01234_{today().replace('-', '')}.pdf"


def form(browser: Browser) -> bytes:
    """All of a submission but the file's bytes and the end."""
    fields = {"key": browser.key, "folder": "DECL", "identity_code": "01234", "input_date": today()}
    disposition = "Content-Disposition: form-data; name"
    parts = [f'--{BOUNDARY}\r\n{disposition}="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    return "".join([*parts, f'--{BOUNDARY}\r\n{disposition}="file"; filename="{named()}"\r\n\r\n']).encode()


async def sent(browser: Browser, body: AsyncIterator[bytes]) -> httpx.Response:
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return browser.shown(await browser.client.post("/submit", content=body, headers=kind))


def closed(line: socket.socket) -> bool:
    with line:
        try:
            return line.recv(1) == b""
        except ConnectionResetError:
            return True


@contextmanager
def running(*words: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HURRIED, *words]
    environ = {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with running("demo", "--json", "--data-dir", str(tmp_path / "world"), folder=tmp_path) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Demo(process, ready, httpx.get(ready["http"] + paths.DEMO_WORLD).json())


@pytest_asyncio.fixture
async def browser(demo: Demo) -> AsyncIterator[Browser]:
    async with demo.signed_in() as signed_in:
        yield signed_in


async def test_a_file_is_submitted_and_whoever_dawdles_is_ended_and_keeps_nothing(demo: Demo, browser: Browser) -> None:
    assert (await browser.submit(name=named(), input_date=today())).status_code == 200 and "Accepted" in browser.text

    head = b"POST %s HTTP/1.1\r\nHost: %b:%d\r\nContent-Type: %b\r\nContent-Length: 9000\r\n%b\r\n"
    host, port = demo.address
    plain = head % (b"/sign-in", host.encode(), port, b"application/x-www-form-urlencoded", b"")
    cookie = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
    kind = f"multipart/form-data; boundary={BOUNDARY}".encode()
    file = head % (b"/submit", host.encode(), port, kind, f"Cookie: {cookie}\r\n".encode())
    await browser.open()
    said = {"nothing": b"", "half a head": plain[:40], "half a form": plain + b"key=", "half a file": file}
    said["half a file"] += form(browser) + PDF
    lines = {name: demo.connected() for name in said}
    for name, line in lines.items():
        line.sendall(said[name])
    await asyncio.sleep(0.5)
    assert demo.staged, "the half of a file has come in"
    for name, line in lines.items():
        assert await asyncio.to_thread(closed, line), name
    await asyncio.sleep(0.5)
    assert demo.staged == []
    assert (await browser.submit(PDF + b" once more", named(), input_date=today())).status_code == 200
    assert "Accepted" in browser.text


async def test_a_slow_file_that_goes_on_is_taken(browser: Browser) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield form(browser)
        for byte in PDF[:10]:
            await asyncio.sleep(BODY_SECONDS / 6)
            yield bytes([byte])
        yield PDF[10:] + f"\r\n--{BOUNDARY}--\r\n".encode()

    assert (await sent(browser, slowly())).status_code == 200 and "Accepted" in browser.text


async def test_one_source_has_its_share_of_connections_and_gets_it_back(demo: Demo) -> None:
    lines = [demo.connected() for _ in range(MOST_OF_ONE_SOURCE + 4)]
    await asyncio.sleep(0.3)
    gone = []
    for line in lines:
        line.setblocking(False)
        try:
            gone.append(line.recv(1) == b"")
        except BlockingIOError:
            gone.append(False)
        except ConnectionResetError:
            gone.append(True)
    assert gone == [False] * MOST_OF_ONE_SOURCE + [True] * 4
    assert httpx.get(demo.ready["http"] + paths.LANDING).status_code == 200, "the other listener has its own"
    for line in lines:
        line.close()
    await asyncio.sleep(0.3)
    async with demo.signed_in() as browser:
        assert browser.key


async def test_sigterm_lets_a_file_under_way_end_and_takes_no_other(demo: Demo, browser: Browser) -> None:
    async def stopped() -> AsyncIterator[bytes]:
        yield form(browser) + PDF[:5]
        await asyncio.sleep(0.3)
        demo.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        with pytest.raises(OSError):
            demo.connected()
        yield PDF[5:] + f"\r\n--{BOUNDARY}--\r\n".encode()

    assert (await sent(browser, stopped())).status_code == 200 and "Accepted" in browser.text
    assert await demo.ends() == 0


async def test_a_file_that_does_not_go_on_keeps_no_server_from_ending(demo: Demo, browser: Browser) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield form(browser) + PDF[:5]
        await asyncio.sleep(0.3)
        demo.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(2 * BODY_SECONDS)

    with pytest.raises(httpx.TransportError):
        await sent(browser, silent())
    assert await demo.ends() == 0
    assert demo.staged == []


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def test_by_tls_the_page_bears_the_platforms_certificate_and_plain_http_is_not_answered(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    certificate, key = certificate_in(tmp_path, "server")
    done = CliRunner().invoke(program.main, ["init", "--data-dir", str(data), *OPERATORS])
    assert done.exit_code == 0, done.output
    with (data / "ecpd.toml").open("a") as settings:
        settings.write(f'\nexisting_ecp_listen = "127.0.0.1:{port}"\n')
    words = ["serve", "--data-dir", str(data), "--http-port", "0", "--ssh-port", "0"]
    words += ["--tls-certificate", str(certificate), "--tls-key", str(key)]
    with running(*words, folder=tmp_path) as process:
        assert process.stdout is not None and process.stdout.readline()
        trusting = ssl.create_default_context(cafile=str(certificate))
        answer = httpx.get(f"https://127.0.0.1:{port}/", verify=trusting)
        assert answer.status_code == 200 and "max-age" in answer.headers["strict-transport-security"]
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-") and "Secure" in cookie and "HttpOnly" in cookie
        shown = ssl.get_server_certificate(("127.0.0.1", port))
        assert shown.split() == certificate.read_text().split()
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGTERM)
        assert process.wait(GRACE) == 0
