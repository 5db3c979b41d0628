"""The sign-in page: the platform's own sign-in, and no way around it."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from ecp_tui.web import visits
from ecp_tui.web.site import networks
from tests.web.edition import Edition, open_edition


async def test_the_first_page_is_a_form_and_signing_in_leads_to_the_console(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        status, page = await visitor.ask("GET", "/")
        assert status == 200 and "One-Time-Password" in page and "<script" not in page
        assert (await visitor.ask("GET", "/console"))[0] == 303
        status, _ = await visitor.sign_in()
        assert (status, visitor.headers["location"]) == (303, "/console")
        kept = visitor.headers.getall("set-cookie")[0]
        assert re.match(r"ecp=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict$", kept)
        status, page = await visitor.ask("GET", "/console")
        assert status == 200 and 'data-session-websocket-url="ws://' in page
        assert (await visitor.ask("GET", "/"))[0] == 303


async def test_what_is_refused_is_said_on_the_form_with_number_words_and_remedy(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        status, page = await visitor.sign_in("CHAN01", password="<b>wrong & long enough</b>")
        assert status == 401 and "1001 Sign-in refused" in page and "wait for a new One-Time-Password" in page
        assert 'value="CHAN01"' in page and "wrong" not in page
        status, page = await visitor.sign_in("CHAN01", login_id='"><script>alert(1)</script>')
        assert status == 401 and "<script" not in page
        assert (await visitor.ask("GET", "/console"))[0] == 303


async def test_a_form_counts_five_minutes_once_and_with_the_cookie_of_its_page_alone(edition: Edition) -> None:
    async with edition.visitor() as visitor, edition.visitor() as other:
        form = await visitor.form("CHAN01")
        status, page = await other.ask("POST", "/sign-in", data=form)
        assert status == 410 and "1003" in page
        await other.form("CHAN01")
        assert (await other.ask("POST", "/sign-in", data=form))[0] == 410
        late = await visitor.form("CHAN01")
        edition.world.clock.move(minutes=6)
        status, page = await visitor.ask("POST", "/sign-in", data=late | {"otp": edition.world.otp("CHAN01")})
        assert status == 410 and "1003 Sign-in expired" in page


@pytest.mark.parametrize("charset", ["nonsense", "utf-7", "utf-16", "rot13", "idna"])
async def test_a_form_in_another_encoding_is_refused_and_nothing_of_it_is_logged(
    edition: Edition, charset: str
) -> None:
    kind = {"content-type": f"application/x-www-form-urlencoded; charset={charset}"}
    async with edition.visitor() as visitor:
        status, page = await visitor.ask("POST", "/sign-in", data=b"form=x&login_id=%80", headers=kind)
        assert status == 422 and "9002" in page
        assert not edition.site.log.exists()


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "http://127.0.0.1"])
async def test_a_form_or_a_line_of_another_page_is_refused(edition: Edition, origin: str | None) -> None:
    async with edition.visitor() as visitor:
        form = await visitor.form("CHAN01")
        status, page = await visitor.ask("POST", "/sign-in", data=form, origin=origin)
        assert status == 422 and "not by a page of" in page
        assert (await visitor.sign_in())[0] == 303
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await visitor.line(origin=origin)
        assert refused.value.status == 422
        assert (await visitor.ask("PUT", "/upload/AAAAAAAAAAAAAAAAAAAAAAAA", origin=origin, data=b"x"))[0] == 422


async def test_a_page_that_says_it_is_of_another_site_is_refused_although_its_origin_is_right(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        form = await visitor.form("CHAN01")
        for said in ("cross-site", "same-site", "none"):
            status, _ = await visitor.ask("POST", "/sign-in", data=form, headers={"sec-fetch-site": said})
            assert status == 422, said


async def test_without_the_cookie_or_with_another_one_there_is_no_line(edition: Edition) -> None:
    async with edition.visitor() as visitor:
        assert (await visitor.sign_in())[0] == 303
        async with edition.visitor(cookie=f"ecp={'A' * 43}") as other, edition.visitor() as nobody:
            for stranger in (other, nobody):
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await stranger.line()
                assert refused.value.status == 401
                assert (await stranger.ask("GET", "/alive"))[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", ""])
async def test_a_request_for_another_name_is_refused(edition: Edition, host: str) -> None:
    async with edition.visitor() as visitor:
        status, page = await visitor.ask("GET", "/", headers={"host": host})
        assert status == 422 and "answers to no other name" in page


async def test_one_account_has_four_consoles_and_not_a_fifth(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MOST_OF_ONE", 1)
    async with edition.visitor() as first, edition.visitor() as second, edition.visitor() as other:
        assert (await first.sign_in())[0] == 303
        status, page = await second.sign_in()
        assert status == 429 and "5005" in page
        assert len(edition.world.services.sessions.own(edition.world.actor("CHAN01"))) == 2
        assert (await other.sign_in("LEE02"))[0] == 303


async def test_the_session_remembers_the_browsers_address_and_no_invented_one(edition: Edition, tmp_path: Path) -> None:
    async with edition.visitor(**{"x-forwarded-for": "203.0.113.9"}) as liar:
        assert (await liar.sign_in("LEE02"))[0] == 303
    proxied = open_edition(edition.world, edition.site.server, tmp_path, proxies=networks("127.0.0.1"))
    async with proxied as behind, behind.visitor(**{"x-forwarded-for": "198.51.100.1, 203.0.113.9"}) as visitor:
        assert (await visitor.sign_in())[0] == 303
        sources = {one.source for one in edition.world.services.sessions.own(edition.world.actor("CHAN01"))}
        assert "203.0.113.9" in sources and "198.51.100.1" not in sources
    sources = {one.source for one in edition.world.services.sessions.own(edition.world.actor("LEE02"))}
    assert sources == {"127.0.0.1"}


async def test_an_invented_address_before_the_proxys_own_line_is_not_believed(edition: Edition, tmp_path: Path) -> None:
    """Some proxies leave what came, and add a header of their own after it."""
    proxied = open_edition(edition.world, edition.site.server, tmp_path, proxies=networks("127.0.0.1"))
    lines = [("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.9")]
    async with proxied as behind, behind.visitor() as visitor:
        visitor.http.headers.extend(lines)
        assert (await visitor.sign_in())[0] == 303
        sources = {one.source for one in edition.world.services.sessions.own(edition.world.actor("CHAN01"))}
    assert "203.0.113.9" in sources and "198.51.100.1" not in sources
