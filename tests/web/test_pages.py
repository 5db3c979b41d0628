"""Every page: which browsers see it, with which headers, and that nothing else can be reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui.web.browsers import why_not
from ecp_tui.web.pages import Static
from ecp_tui.web.site import Site, networks
from tests.web.chromium import AGENT
from tests.web.edition import Edition, open_edition

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
GOOD = (
    f"{_WINDOWS} Chrome/88.0.4324.150 Safari/537.36",
    f"{_WINDOWS} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    f"{_WINDOWS} Chrome/88.0.4324.96 Safari/537.36 Edg/88.0.705.50",
    f"{_MAC} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    AGENT.format(version=120),
)
BAD = {
    f"{_WINDOWS} Chrome/87.0.4280.141 Safari/537.36": "version 87",
    f"{_WINDOWS} Chrome/87.0.4280.141 Safari/537.36 Edg/87.0.664.75": "version 87",
    f"{_WINDOWS} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0": "another browser",
    f"{_WINDOWS} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763": "another browser",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0": "another browser",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko": "another browser",
    f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15": "another browser",
    f"{_ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36": "phone or a tablet",
    f"{_ANDROID} Chrome/141.0.0.0 Safari/537.36": "phone or a tablet",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/141.0.0.0 Mobile/15E148 Safari/604.1": "phone or a tablet",
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1": "phone or a tablet",
    f"{_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Version/18.6 Safari/605.1.15": "another browser",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36":
    "another browser",
    "curl/8.5.0": "no browser on a PC",
    "": "no browser on a PC",
    "Mozilla/5.0 " + "(" * 5000: "no browser on a PC",
}  # fmt: skip


def test_chrome_and_edge_from_88_on_a_pc_are_supported_and_nothing_else() -> None:
    assert {agent: why_not({"user-agent": agent}) for agent in GOOD} == dict.fromkeys(GOOD, "")
    for agent, why in BAD.items():
        assert why in why_not({"user-agent": agent}), agent
    assert "phone" in why_not({"user-agent": GOOD[0], "sec-ch-ua-mobile": "?1"})
    assert why_not({"user-agent": AGENT.format(version=141), "sec-ch-ua-platform": '"Android"'})


@pytest.mark.parametrize("path", ["/", "/console", "/line/dark", "/upload/x", "/nothing"])
async def test_a_phone_a_tablet_and_another_browser_get_2003_with_the_table_wherever_they_ask(
    edition: Edition, path: str
) -> None:
    phone = next(agent for agent in BAD if "iPhone" in agent)
    async with edition.visitor(**{"user-agent": phone}) as visitor:
        status, page = await visitor.ask("GET", path)
        assert status == 400 and "2003" in page
        assert re.search(r"Google Chrome</td><td>88 \+", page) and re.search(r"Microsoft Edge</td><td>88 \+", page)
        assert "iPhone and iPad are not supported" in page
        assert (await visitor.ask("HEAD", path))[0] == 400
        assert (await visitor.ask("GET", "/static/page.css"))[0] == 200
    async with edition.visitor(**{"user-agent": "curl/8.5.0", "accept": "*/*"}) as visitor:
        status, page = await visitor.ask("GET", path)
        assert status == 400 and "2003" in page


async def test_every_answer_forbids_frames_foreign_requests_and_guessing_what_it_is(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        await visitor.sign_in()
        for method, path in (("GET", "/console"), ("GET", "/static/page.css"), ("GET", "/none"), ("POST", "/sign-in")):
            await visitor.ask(method, path)
            rules = visitor.headers["content-security-policy"]
            assert "default-src 'none'" in rules and "frame-ancestors 'none'" in rules and "unsafe" not in rules
            assert not re.search(r"https?:|\*", rules)
            assert visitor.headers["x-frame-options"] == "DENY"
            assert visitor.headers["x-content-type-options"] == "nosniff"
            assert visitor.headers["referrer-policy"] == "same-origin"
            assert "server" not in visitor.headers
            assert visitor.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


async def test_pages_name_nothing_of_elsewhere(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        _, first = await visitor.ask("GET", "/")
        await visitor.sign_in()
        _, console = await visitor.ask("GET", "/console")
        own = edition.url.partition("://")[2]
        for page in (first, console):
            named = re.findall(r'(?:src|href|action|url)="?([^" >]+)', page)
            assert named and all(one.startswith(("/", f"ws://{own}/")) for one in named)
            for one in (name for name in named if name.startswith("/static/")):
                status, content = await visitor.ask("GET", one)
                assert status == 200
                assert not re.search(r"@import|url\(", content), one


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../site.py", "..%2fsite.py", "%2e%2e/site.py", "%2fetc%2fpasswd", "js/", "js/textual.js",
             "console.js%00", "page.css/", "Page.css", "fonts/RobotoMono-VariableFont_wght.ttf"]
)  # fmt: skip
async def test_no_other_file_and_no_listing_can_be_reached(edition: Edition, name: str) -> None:
    async with edition.visitor() as visitor:
        status, page = await visitor.ask("GET", f"/static/{name}")
        assert status in (404, 400), page
        assert "import" not in page and "root:" not in page


async def test_a_file_that_the_browser_has_is_not_sent_again(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        await visitor.ask("GET", "/static/terminal.js")
        tag = visitor.headers["etag"]
        status, content = await visitor.ask("GET", "/static/terminal.js", headers={"if-none-match": tag})
        assert (status, content) == (304, "")


async def test_what_nobody_foresaw_is_9000_with_a_reference_and_no_path(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Static, request: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("ecp_tui.client.filing.FilingCalls.landing", broken)
    async with edition.visitor() as visitor:
        status, page = await visitor.ask("GET", "/")
    assert status == 500 and "9000" in page and "secret" not in page and str(edition.site.log.parent) not in page
    reference = re.search(r"Reference ([0-9a-f]{8})", page)
    assert reference and reference[1] in edition.site.log.read_text()


async def test_where_the_platform_does_not_answer_the_page_says_so(edition: Edition, tmp_path: Path) -> None:
    async with open_edition(edition.world, "http://127.0.0.1:9", tmp_path) as alone, alone.visitor() as visitor:
        status, page = await visitor.ask("GET", "/")
        assert status == 503 and "9001" in page and "127.0.0.1:9" not in page


# ── where it is found ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "0.0.0.0", "public_url": "http://127.0.0.1"},  # noqa: S104 - that is what is refused
        {"host": "192.0.2.1"},
        {"host": "192.0.2.1", "proxies": networks("192.0.2.2")},
        {"public_url": "http://ecp.example.org"},
        {"public_url": "https://ecp.example.org/path"},
        {"public_url": "https://Ecp.example.org"},
        {"public_url": "https://user@ecp.example.org"},
        {"public_url": "javascript:alert(1)"},
        {"tls_key": Path("key.pem")},
        {"tls_key": Path("key.pem"), "tls_certificate": Path("c.pem"), "public_url": "http://127.0.0.1"},
    ],
)
def test_what_would_show_passwords_to_the_network_or_be_never_reached_does_not_start(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        Site(server="http://127.0.0.1:1", **wrong).refuse_unsafe()  # type: ignore[arg-type]  # wrong on purpose


def test_a_proxy_is_believed_and_nobody_else() -> None:
    site = Site(
        "http://127.0.0.1:1", host="10.0.0.5", proxies=networks("10.0.0.1, 10.1.0.0/16"), public_url="https://e.example"
    )
    site.refuse_unsafe()
    assert site.source("10.0.0.1", "203.0.113.9") == "203.0.113.9"
    assert site.source("10.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3") == "203.0.113.9"
    assert site.source("10.0.0.1", "203.0.113.9, rubbish") == "10.0.0.1"
    assert site.source("10.0.0.1", "") == "10.0.0.1"
    assert site.source("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert site.admits("10.0.0.1") and site.admits("127.0.0.1") and not site.admits("203.0.113.9")
    with pytest.raises(Refused):
        networks("0.0.0.0/0")
