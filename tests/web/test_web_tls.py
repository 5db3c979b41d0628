"""The browser edition over TLS: its own certificate, its cookie's prefix, and a platform with a private authority."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui.web.server import listening
from tests.doors.http.conftest import Served, serving
from tests.doors.http.test_tls import certificate_in
from tests.web.edition import Edition, open_edition


async def test_over_tls_the_cookie_is_secure_and_the_console_comes_by_wss(backend: Served, tmp_path: Path) -> None:
    certificate, key = certificate_in(tmp_path, "127.0.0.1")
    with serving(backend.world, tls_certificate=certificate, tls_key=key) as by_tls:
        server = by_tls.url.replace("http://", "https://")
        tls = {"tls_certificate": certificate, "tls_key": key, "ca_file": certificate}
        async with open_edition(backend.world, server, tmp_path, **tls) as edition, edition.visitor() as visitor:
            trusting = ssl.create_default_context(cafile=certificate)
            assert (await visitor.sign_in(ssl=trusting))[0] == 303
            kept = visitor.headers.getall("set-cookie")[0]
            assert kept.startswith("__Host-ecp=") and "; Secure" in kept and "; HttpOnly" in kept
            _, page = await visitor.ask("GET", "/console", ssl=trusting)
            assert f"wss://{edition.site.authority}/line" in page
            assert "max-age" in visitor.headers["strict-transport-security"]
            assert "wss://" in visitor.headers["content-security-policy"]
            async with visitor.line(ssl=trusting) as line:
                assert (await line.receive_bytes(timeout=20)).startswith(b"\x1b")


async def test_a_certificate_that_cannot_be_used_is_said(tmp_path: Path, edition: Edition) -> None:
    certificate, _ = certificate_in(tmp_path, "127.0.0.1")
    with pytest.raises(Refused):
        async with listening(replace(edition.site, public_url="", tls_certificate=certificate, tls_key=certificate)):
            pass
