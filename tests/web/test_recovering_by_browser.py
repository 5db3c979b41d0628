"""The way back in by the browser: where the links in mails lead."""

from __future__ import annotations

import re

import pytest

from tests.web.edition import Edition, Visitor
from tests.world import NEW_PASSWORD


async def posted(visitor: Visitor, path: str, page: str, **fields: str) -> tuple[int, str]:
    """The form as this page holds it, with these words typed."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return await visitor.ask("POST", path, data=hidden | fields)


async def test_a_forgotten_password_is_set_anew_by_the_code_of_a_mail(edition: Edition) -> None:
    world = edition.world
    async with edition.visitor() as visitor:
        _, page = await visitor.ask("GET", "/recover")
        _, asked = await posted(visitor, "/recover/mail", page, login_id="CHAN01", phone="1")
        assert "If login ID and phone belong together" in asked and "junk" in asked
        code = world.issue("CHAN01", "reset")
        status, page = await posted(visitor, "/recover", asked, code=code)
        assert status == 200 and "sets a new password" in page and "New password" in page
        status, page = await posted(visitor, "/recover/code", page, password="short", otp="000000")
        assert status in (401, 422) and "100" not in visitor.headers["content-type"] and "New password" in page
        otp = world.fresh_otp("CHAN01")
        status, _ = await posted(visitor, "/recover/code", page, password=NEW_PASSWORD, otp=otp)
        assert (status, visitor.headers["location"]) == (303, "/?reset")
        assert "The new password stands" in (await visitor.ask("GET", "/?reset"))[1]
        assert (await visitor.sign_in("CHAN01", password=NEW_PASSWORD))[0] == 303


async def test_a_code_is_hidden_from_other_pages_and_one_that_enrols_leads_to_the_console(edition: Edition) -> None:
    async with edition.visitor() as visitor, edition.visitor() as other:
        _, page = await visitor.ask("GET", "/recover")
        assert (await posted(other, "/recover", page, code="X"))[0] == 410
        status, said = await posted(visitor, "/recover", page, code='KY4F-<script>"')
        assert status == 422 and "1010" in said and 'value="KY4F-&lt;script&gt;&#34;"' in said
        _, said = await posted(visitor, "/recover", said, code=edition.world.issue("CHAN01", "enrolment"))
        assert "sets up a new authenticator" in said and "RECOVER@" in said and 'name="password"' not in said


@pytest.mark.parametrize("path", ["/recover", "/recover/mail", "/recover/code"])
async def test_a_form_without_its_fields_is_refused(edition: Edition, path: str) -> None:
    async with edition.visitor() as visitor:
        for body in ({}, {"form": "x"}, {"form": "x", "code": "y" * 2000}):
            assert (await visitor.ask("POST", path, data=body))[0] == 422
        assert (await visitor.ask("POST", path, json={"code": "x"}))[0] == 422
