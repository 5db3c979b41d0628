"""What strangers and other sites try on the existing ECP's page, and what of it comes through: nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.core.activity import Ledger
from backend.core.existing_accounts import ExistingAccounts
from backend.doors.existing_ecp.guards import HEADERS
from tests.doors.existing_ecp.conftest import DECLARATION, FILE, LOGIN, PDF, Browser, Intake
from tests.submitting import broken_invariants, objects, refused_with, staged_files
from tests.world import World

EVIL = "https://evil.example"


def nothing_kept(intake: Intake) -> bool:
    return (objects(intake.world), staged_files(intake.world), broken_invariants(intake.world)) == (0, 0, [])


async def test_every_answer_forbids_frames_guesses_scripts_and_caches(intake: Intake) -> None:
    browser = intake.browser()
    answers = [await browser.open(), await browser.sign_in("wrong"), await browser.client.get("/etc/passwd")]
    answers += [
        await browser.client.request("DELETE", "/submit"),
        await browser.client.post("/submit", content=b"x" * 9),
    ]
    assert [one.status_code for one in answers] == [200, 401, 404, 404, 401]
    for one in answers:
        assert {name: one.headers[name] for name in HEADERS} == HEADERS
        assert "script" not in one.text.lower() and "server" not in one.headers
        assert len(one.headers["ecp-reference"]) >= 8


# ── other sites ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("headers", [{"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
async def test_a_form_of_another_site_is_refused_whatever_it_knows(intake: Intake, headers: dict[str, str]) -> None:
    browser = await intake.signed_in()
    assert (await browser.submit(headers=headers)).status_code == 403 and "1009" in browser.text
    assert (await browser.client.post("/sign-out", data={"key": browser.key}, headers=headers)).status_code == 403
    assert (await browser.sign_in(intake.password, **headers)).status_code == 403
    assert nothing_kept(intake)


async def test_a_form_without_the_sessions_key_is_refused(intake: Intake) -> None:
    browser, other = await intake.signed_in(), await intake.signed_in()
    for key in ("", "x" * 43, other.key, "é"):
        assert (await browser.submit(key=key)).status_code == 403, key
        assert (await browser.sign_out(key)).status_code == 403
    files = {"file": (FILE, PDF)}
    assert (await browser.client.post("/submit", data=DECLARATION, files=files)).status_code == 403
    assert nothing_kept(intake)
    assert "File Submission" in (await browser.open()).text, "nobody was signed out"


async def test_nobody_is_signed_in_by_a_form_that_their_browser_was_not_shown(intake: Intake) -> None:
    victim, attacker = intake.browser(), intake.browser("192.0.2.66")
    await attacker.open()
    fields = {"key": attacker.key, "login": LOGIN, "password": intake.password}
    for prepare in (False, True):
        if prepare:
            await victim.open()
        assert "1003" in (await victim.client.post("/sign-in", data=fields)).text
    await victim.open()
    intake.world.clock.move(minutes=31)
    fields["key"] = victim.key
    assert "1003" in (await victim.client.post("/sign-in", data=fields)).text


# ── cookies ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cookie_that_was_planted_is_never_a_session(intake: Intake) -> None:
    browser = intake.browser()
    browser.client.cookies.set("existing-ecp", "planted" * 6, domain="existing.test", path="/")
    await browser.sign_in(intake.password)
    kept = [one for one in browser.client.cookies.jar if one.name == "existing-ecp" and one.value != "planted" * 6]
    assert len(kept) == 1
    again = intake.browser(headers={"cookie": f"existing-ecp={'planted' * 6}"})
    assert "Sign in" in (await again.open()).text


async def test_a_stolen_cookie_opens_nothing_from_another_address(intake: Intake) -> None:
    browser = await intake.signed_in()
    token = browser.client.cookies["existing-ecp"]
    thief = intake.browser("192.0.2.66", headers={"cookie": f"existing-ecp={token}"})
    assert "File Submission" not in (await thief.open()).text
    thief.page = browser.page
    assert (await thief.submit()).status_code == 401 and nothing_kept(intake)
    assert "File Submission" in (await browser.open()).text


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(intake: Intake) -> None:
    for base, prefix, secure in (("http://existing.test", "", False), ("https://existing.test", "__Host-", True)):
        browser = intake.browser(base_url=base, follow_redirects=False)
        opened = await browser.open()
        answer = await browser.sign_in(intake.password)
        for name, given in ((f"{prefix}existing-ecp-form", opened), (f"{prefix}existing-ecp", answer)):
            said = next(one for one in given.headers.get_list("set-cookie") if one.startswith(f"{name}="))
            assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(said.split("; "))
            assert ("Secure" in said) == secure and "Domain" not in said
        assert ("strict-transport-security" in answer.headers) == secure


async def test_a_session_ends_when_idle_when_old_and_by_signing_out(intake: Intake) -> None:
    browser, clock = await intake.signed_in(), intake.world.clock
    token = browser.client.cookies["existing-ecp"]
    for _ in range(33):  # somebody is at work for more than eight hours
        clock.move(minutes=14, seconds=50)
        await browser.open()
    assert "Sign in" in browser.text
    browser = await intake.signed_in()
    clock.move(minutes=15)
    assert (await browser.submit()).status_code == 401
    browser = await intake.signed_in()
    token = browser.client.cookies["existing-ecp"]
    await browser.sign_out()
    again = intake.browser(headers={"cookie": f"existing-ecp={token}"})
    assert "Sign in" in (await again.open()).text


# ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_guesses_is_held_off_for_half_an_hour_known_or_not(intake: Intake) -> None:
    said: dict[str, list[int]] = {}
    for login in (LOGIN, "ACME-NOBODY", "CHAN01", "' OR 1=1 --", "ﬀ" * 40):
        browser = intake.browser(f"192.0.2.{len(said)}")
        said[login] = [(await browser.sign_in("wrong", login)).status_code for _ in range(6)]
    assert set(map(tuple, said.values())) == {(401, 401, 401, 401, 401, 429)}
    browser = intake.browser()
    assert (await browser.sign_in(intake.password)).status_code == 429, "not even with the right one"
    intake.world.clock.move(minutes=30)
    assert (await browser.sign_in(intake.password)).status_code == 200


async def test_an_unknown_login_takes_the_same_work(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, asked = intake.world.services.existing._hasher, []
    verify = hasher.verify

    def counted(password: str, hashed: str | None) -> bool:
        asked.append(hashed is not None)
        return verify(password, hashed)

    monkeypatch.setattr(hasher, "verify", counted)
    texts = []
    for login in (LOGIN, "ACME-NOBODY"):
        browser = intake.browser()
        await browser.sign_in("wrong", login)
        texts.append(browser.text)
    assert asked == [True, False] and texts[0] == texts[1] and "1008" in texts[0]


async def test_one_source_signs_in_thirty_times_a_minute(intake: Intake) -> None:
    browser = intake.browser()
    codes = [(await browser.sign_in("wrong", f"ACME-X{number}")).status_code for number in range(31)]
    assert codes == [401] * 30 + [429]


async def test_passwords_of_one_system_open_nothing_in_the_other(intake: Intake, world: World) -> None:
    browser = intake.browser()
    await browser.sign_in(world.people["CHAN01"].password, "CHAN01")
    assert "1008" in browser.text and "Client Connect do not work here" in browser.text
    for login in (LOGIN, "CHAN01"):
        right = world.form("CHAN01", password=intake.password)
        form = right.model_copy(update={"login_id": login})
        assert refused_with(world.services.sign_in.sign_in, form, "console", "127.0.0.1") == 1001


async def test_an_account_that_is_closed_or_whose_company_is_ends_at_once(intake: Intake, world: World) -> None:
    browser = await intake.signed_in()
    upload = await browser.submit(PDF + b"1")
    assert upload.status_code == 200
    intake.accounts.close(LOGIN)
    assert (await browser.submit(PDF + b"2")).status_code == 401
    assert (await intake.browser().sign_in(intake.password)).status_code == 401
    platform = world.platform
    accounts = ExistingAccounts(platform.store, world.clock, Ledger("x"), platform.hasher)
    password = accounts.add("ACME-SECOND", "ACME", "Second", ["01234"])
    second = intake.browser()
    assert (await second.sign_in(password, "acme-second")).status_code == 200
    platform.store.write(lambda unit: unit.close_company("ACME", world.clock.now()))
    assert (await second.submit(PDF + b"3")).status_code == 401
    assert objects(world) == 1


@pytest.mark.parametrize(
    ("login", "company", "name", "codes"),
    [
        ("CHAN01", "ACME", "A", ["01234"]),
        ("ACME-1 X", "ACME", "A", ["01234"]),
        ("acme--x", "ACME", "A", ["01234"]),
        ("ACME-X", "NOBODY", "A", ["01234"]),
        ("ACME-X", "ACME", "A", ["09999"]),
        ("ACME-X", "ACME", "A", []),
        ("ACME-X", "ACME", "A\r\nSet-Cookie: x=1", ["01234"]),
        (LOGIN, "ACME", "A", ["01234"]),
    ],
)
def test_an_account_that_cannot_be_is_not_made(
    intake: Intake, login: str, company: str, name: str, codes: list[str]
) -> None:
    assert refused_with(intake.accounts.add, login, company, name, codes) == 9002


# ── what is submitted ────────────────────────────────────────────────────────────────────────────────────────────


async def test_another_companys_identity_and_a_folder_that_is_not_there_are_refused(intake: Intake) -> None:
    browser = await intake.signed_in()
    tried: dict[str, dict[str, Any]] = {
        "4505": {"identity_code": "09999"},
        "4510": {"folder": "SD-1"},
        "4501": {"folder": "RPT-TRD"},
        "9002": {"input_date": "19 May"},
        "4513": {"input_date": "2021-05-19"},
    }
    for number, other in tried.items():
        name = "DECL_01234_20210519.pdf" if number == "4513" else FILE
        await browser.submit(name=name, **other)
        assert number in browser.text, (number, browser.text)
    assert "moved to ECP 2.0" in (await browser.submit(folder="SD-1")).text
    for folder in ("../DECL", "DECL\x00", "<script>alert(1)</script>", "x" * 900):
        assert (await browser.submit(folder=folder)).status_code in (404, 422)
        assert "<script" not in browser.page
    assert nothing_kept(intake)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/DECL_01234_20220519.pdf",
        "..\\..\\DECL_01234_20220519.pdf",
        "C:\\fakepath\\DECL_01234_20220519.pdf",
        "/DECL_01234_20220519.pdf",
        "DECL_01234_20220519.pdf\x00.exe",
        "DECL_01234_20220519.pdf\r\nX-Evil: 1",
        "DECL_01234_20220519.pdf/",
        "<img src=x onerror=alert(1)>.pdf",
        "DECL_01234_20220519.PDF",
        "DECL_٠١٢٣٤_20220519.pdf",
        "a" * 900,
        "",
        ".",
    ],
)
async def test_a_name_is_what_the_folder_takes_or_refused_and_shown_harmlessly(intake: Intake, name: str) -> None:
    browser = await intake.signed_in()
    answer = await browser.submit(name=name)
    assert answer.status_code == 422 and "x-evil" not in answer.headers
    assert "<img" not in browser.page and "\x00" not in browser.page
    assert nothing_kept(intake)


async def test_names_of_firms_and_people_are_words_and_no_markup(intake: Intake, world: World) -> None:
    evil = "<script>alert(1)</script>\"'&"
    with world.platform.store.engine.begin() as connection:
        from sqlalchemy import text

        connection.execute(text("UPDATE companies SET name = :name WHERE code = 'ACME'"), {"name": evil})
        connection.execute(text("UPDATE identities SET name = :name WHERE company = 'ACME'"), {"name": evil})
    browser = await intake.signed_in()
    assert "<script" not in browser.page and evil in browser.text
    assert "<script" not in (await intake.browser().sign_in("x", evil)).text


async def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_kept(intake: Intake, world: World) -> None:
    store = world.platform.store
    with store.reading() as rows:
        small = replace(rows.catalogue().folders["DECL"], size_limit=3_000_000)
    store.write(lambda unit: unit.put_folder(small))
    browser = await intake.signed_in()
    assert (await browser.submit(b"x" * 3_000_001)).status_code == 413 and "4511" in browser.text
    assert (await browser.submit(b"")).status_code == 422 and "4512" in browser.text
    assert nothing_kept(intake)
    assert (await browser.submit(b"x" * 3_000_000)).status_code == 200


# ── bodies ───────────────────────────────────────────────────────────────────────────────────────────────────────

TYPE = {"content-type": "multipart/form-data; boundary=b"}


def part(name: str, content: bytes, file: str | None = None) -> bytes:
    named = f'; filename="{file}"' if file is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def form(browser: Browser, *more: bytes, end: bytes = b"--b--\r\n") -> bytes:
    fields = [part(name, value.encode()) for name, value in {"key": browser.key, **DECLARATION}.items()]
    return b"".join([*fields, *more, end])


async def posted(browser: Browser, body: Any, **headers: str) -> int:
    return browser.shown(await browser.client.post("/submit", content=body, headers={**TYPE, **headers})).status_code


async def test_only_a_form_as_browsers_write_it_is_read(intake: Intake) -> None:
    browser = await intake.signed_in()
    file = part("file", PDF, FILE)
    wrong = {
        "no file": form(browser),
        "cut in the file": form(browser, file[:-9], end=b""),
        "cut after the file": form(browser, file, end=b"--b"),
        "a part after the file": form(browser, file, part("more", b"x")),
        "a field twice": form(browser, part("folder", b"SD-1"), file),
        "a long field": form(browser, part("x", b"x" * 5000), file),
        "many fields": form(browser, *(part(f"x{chr(97 + n)}", b"1") for n in range(12)), file),
        "a long head": form(browser, b"--b\r\nX: " + b"x" * 9000 + b"\r\n\r\n\r\n", file),
        "no disposition": form(browser, b"--b\r\n\r\nx\r\n", file),
        "text before": b"preamble\r\n" + form(browser, file),
        "not UTF-8": form(browser, part("note", b"\xff"), file),
        "nothing": b"",
        "noise": bytes(range(256)) * 40,
    }
    said = {what: await posted(browser, body) for what, body in wrong.items()}
    assert {what for what, code in said.items() if code not in (400, 403, 422)} == set()
    for content_type in ("text/plain", "multipart/form-data", 'multipart/form-data; boundary="a b"', "a" * 3000):
        assert await posted(browser, form(browser, file), **{"content-type": content_type}) in (400, 422)
    assert nothing_kept(intake)
    await browser.open()
    assert await posted(browser, form(browser, file)) == 200, "and the right one is taken"


async def test_a_form_means_the_same_however_it_is_cut_into_pieces(intake: Intake) -> None:
    browser = await intake.signed_in()
    tricky = b"\r\n--\r\n--a\r\n-\r\n--B\r\r\n\n" + PDF + b"\r"
    whole = form(browser, part("file", tricky, FILE))
    for size in (1, 2, 3, 7, 50, len(whole)):

        async def pieces(size: int = size) -> AsyncIterator[bytes]:
            for at in range(0, len(whole), size):
                yield whole[at : at + size]

        assert await posted(browser, pieces()) == 200
        assert f"{len(tricky)} bytes" in browser.text
    assert objects(intake.world) == 1 and broken_invariants(intake.world) == []


async def test_a_body_without_end_ends_at_the_limit(intake: Intake, world: World) -> None:
    store = world.platform.store
    with store.reading() as rows:
        small = replace(rows.catalogue().folders["DECL"], size_limit=1_000_000)
    store.write(lambda unit: unit.put_folder(small))
    browser, sent = await intake.signed_in(), 0

    async def endless(head: bytes) -> AsyncIterator[bytes]:
        nonlocal sent
        yield head
        while sent < 200 << 20:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    head = form(browser, part("file", PDF, FILE)[:-2], end=b"")
    assert await posted(browser, endless(head)) == 413 and sent < 16 << 20
    sent = 0
    assert await posted(browser, endless(form(browser, part("x", b"y")[:-2], end=b""))) == 422 and sent < 3 << 20
    answer = await browser.client.post("/sign-in", content=b"a" * 20_000, headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert nothing_kept(intake)


async def test_a_file_on_its_way_when_the_batch_moves_is_refused_here_and_taken_there(
    intake: Intake, world: World
) -> None:
    from backend.core.migrating import Batch
    from tests.submitting import submitted

    clock, browser = world.clock, await intake.signed_in()
    at = clock.now() + timedelta(minutes=5)
    world.platform.store.write(lambda unit: unit.put_batch(Batch("3", at)))
    body = form(browser, part("file", PDF * 1000, FILE))

    async def slow() -> AsyncIterator[bytes]:
        yield body[:9000]
        clock.at = at
        yield body[9000:]

    assert await posted(browser, slow()) == 409
    assert "4510" in browser.text and "moved to ECP 2.0" in browser.text
    assert "DECL:" not in browser.text, "and the folder is hidden from now on"
    assert nothing_kept(intake)
    receipt = submitted(world, world.actor("CHAN01"), PDF * 1000, folder="DECL", file_name=FILE)
    assert receipt.activity.version == 1


async def test_after_the_end_everything_is_refused_with_words(intake: Intake, world: World) -> None:
    browser = await intake.signed_in()
    world.platform.store.write(lambda unit: unit.decommission(world.clock.now()))
    answers = [await browser.submit(), await browser.open(), await intake.browser().open()]
    fresh = intake.browser()
    fresh.page = browser.page
    answers.append(await fresh.client.post("/sign-in", data={"key": "x", "login": LOGIN, "password": "y"}))
    for one in answers:
        assert one.status_code == 410 and "4526" in one.text and "Client Connect" in one.text
    assert nothing_kept(intake)
