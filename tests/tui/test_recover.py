"""Recover: forgotten password, unlock, invitation and a new authenticator, by the code of a mail (FAQ Q16 to Q19)."""

from __future__ import annotations

import stat
from base64 import b32decode
from pathlib import Path

import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.contract.messages import CreateUser, GrantWish, Purpose
from backend.contract.rules.codes import grouped
from ecp_tui.qr import modules
from ecp_tui.screens.authenticator import AuthenticatorScreen
from ecp_tui.widgets.password import PasswordField
from ecp_tui.widgets.qr import QrCode
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import NEW_PASSWORD, World

pytestmark = pytest.mark.usefixtures("same_secrets")


def phone_of(world: World, login_id: str) -> str:
    return world.account(login_id).phone


async def opens_recover(person: Person) -> None:
    await person.sees("F4 recover")
    await person.press("f4")
    await person.sees("I have a code from a mail", "Forgotten password", "85221000000: country code first")


async def uses(person: Person, typed: str) -> None:
    """A code on the page "Recover", as somebody would paste it."""
    await opens_recover(person)
    await person.pastes(typed)
    await person.sees(" complete")
    await person.press("enter")


def shows_now(world: World, person: Person) -> str:
    """What an authenticator that read the QR code of the page shows now."""
    page = person.app.screen
    assert isinstance(page, AuthenticatorScreen)
    assert page.query_one(QrCode).matrix == modules(page._enrolment.uri)
    return code(b32decode(page._enrolment.secret), step_at(world.clock.now()))


async def invite(world: World, login_id: str = "KWOK03") -> str:
    """A user that two delegated administrators created; the code of the invitation."""
    user = CreateUser(
        login_id=login_id,
        name="Kwok Wing",
        email=f"{login_id.lower()}@acme.example",
        phone="85221009901",
        grants=(GrantWish(function="EU_SD1", identity_codes=("01234",)),),
    )
    maker, checker = world.client("WONGDA1"), world.client("LEEDA2")
    asked = await maker.make_request(user)
    await checker.approve(await checker.request(asked.id))
    await maker.close()
    await checker.close()
    return world.code(login_id)


# ── a forgotten password ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_forgotten_password_is_set_anew_from_the_mail_of_the_demo(visitor: Person, world: World) -> None:
    await opens_recover(visitor)
    visitor.keeps("recover")
    await visitor.press("tab", "tab")
    await visitor.fills_in("chan01", phone_of(world, "CHAN01"))
    await visitor.press("enter")
    await visitor.sees("If both belong together", "junk and phishing", "application form", "only the newest one works")
    await visitor.sees("Wait a few minutes", "whole link", "Mailbox")
    visitor.keeps("recover_asked")
    await visitor.press("enter")
    await visitor.sees("Mailbox", "1 mail", "reset your password")
    visitor.keeps("mailbox")
    await visitor.press("enter")
    await visitor.sees("Use this code")
    visitor.keeps("mailbox_mail")
    await visitor.press("enter")
    await visitor.sees("● complete")
    await visitor.press("enter")
    await visitor.sees("Choose a new password", "CHAN01", "15 to 128", "ends all open sessions")
    await visitor.pastes("violet harbour")
    await visitor.sees("14 of 15")
    await visitor.press("f8")
    await visitor.sees("A password has 15 to 128 characters.")
    visitor.app.screen.query_one(PasswordField).value = ""
    await visitor.fills_in(NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await visitor.sees("● 30 long")
    visitor.keeps("recover_reset")
    await visitor.press("enter")
    await visitor.sees("Sign in to Client Connect", "CHAN01", "The new password stands.")
    await visitor.fills_in(NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await visitor.press("enter")
    await visitor.sees("Good afternoon, Chan Tai Man")


async def test_a_wrong_telephone_gets_the_same_page_and_no_mail(visitor: Person, world: World) -> None:
    await opens_recover(visitor)
    await visitor.press("tab", "tab")
    await visitor.fills_in("CHAN01", "852 1111 1111")
    await visitor.sees("85211111111")
    await visitor.press("enter")
    await visitor.sees("If both belong together")
    await visitor.press("enter")
    await visitor.sees("There is no mail yet.")
    visitor.keeps("mailbox_empty")
    assert world.mails("CHAN01") == []


async def test_login_id_and_phone_are_both_needed_before_anything_is_asked(person: Person) -> None:
    await opens_recover(person)
    await person.press("tab", "tab")
    await person.fills_in("CHAN01")
    await person.press("f8")
    await person.sees("Login ID and registered phone are both needed.")


@pytest.mark.parametrize(
    ("login_id", "phone", "says"),
    [
        ("CH!", "85221000000", "The login ID is 4 to 20 letters and digits"),
        ("CHAN01", "123", "The telephone is 8 to 15"),
        ("NOBODY99", "123", "The telephone is 8 to 15"),
    ],
)
async def test_what_cannot_be_a_login_id_or_a_phone_is_told_before_anything_is_asked(
    person: Person, login_id: str, phone: str, says: str
) -> None:
    await opens_recover(person)
    await person.press("tab", "tab")
    await person.fills_in(login_id, phone)
    await person.press("f8")
    await person.sees("9002", says)
    await person.does_not_see("a mail is on its way")
    await person.press("backspace")
    await person.does_not_see("9002")


# ── the code ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_truncated_code_is_told_before_anything_is_sent_and_stays_in_its_field(
    opens: Opens, world: World
) -> None:
    mailed = grouped(world.issue("CHAN01", "reset"))
    line = Cuttable(app=world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await opens_recover(person)
        line.down = True
        await person.pastes(f"  ecp recover {mailed[:-7].lower()}")
        await person.press("enter")
        await person.sees("1010", "6 characters are missing.", "all six groups of four", mailed[:-7].lower())
        await person.does_not_see("9001")
        person.keeps("recover_1010")


@pytest.mark.parametrize(
    "paste",
    [
        "{code}",
        "{lower}",
        "ecp recover {code}",
        "https://ecp.example.org/recover#{code}",
        "Dear user,\n\n    {lower}\n\n    ecp recover {code}\n\nDo not reply, this mail is made by a machine.",
        "{spaced}",
    ],
)
async def test_a_code_is_taken_out_of_whatever_was_pasted(person: Person, world: World, paste: str) -> None:
    mailed = grouped(world.issue("CHAN01", "reset"))
    spelt = {"code": mailed, "lower": mailed.lower(), "spaced": mailed.replace("-", " ")}
    await uses(person, paste.format_map(spelt))
    await person.sees("Choose a new password", "CHAN01")


async def test_an_expired_a_replaced_and_a_used_code_each_say_what_helps(person: Person, world: World) -> None:
    old = world.issue("CHAN01", "reset")
    world.clock.move(minutes=5)
    newest = world.issue("CHAN01", "reset")
    await uses(person, old)
    await person.sees("1012", "replaced by the request of", "Use the newest mail")
    person.keeps("recover_1012")
    person.app.screen.query_one("#code").value = ""  # type: ignore[attr-defined]  # a field
    await person.pastes(newest)
    world.clock.move(hours=2, minutes=1)
    await person.press("enter")
    await person.sees("1011", "good for 2 hours")
    await person.press("escape")
    await uses(person, world.issue("CHAN01", "reset"))
    await person.fills_in(NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("The new password stands.")
    await uses(person, world.code("CHAN01"))
    await person.sees("1013", "it was used")


async def test_a_wrong_one_time_password_is_asked_for_again_and_the_password_is_kept(
    person: Person, world: World
) -> None:
    await uses(person, world.issue("CHAN01", "reset"))
    await person.sees("Choose a new password")
    await person.fills_in(NEW_PASSWORD, "000000")
    await person.press("enter")
    await person.sees("1006", "not right, or it was used before")
    person.keeps("recover_1006")
    await person.pastes(world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("The new password stands.")


async def test_a_password_that_is_easily_guessed_gets_1014_and_stays_to_be_changed(
    person: Person, world: World
) -> None:
    await uses(person, world.issue("CHAN01", "reset"))
    await person.sees("Choose a new password")
    await person.fills_in("passwordpassword", world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("1014", "too easily guessed", "such as four words")
    person.keeps("recover_1014")
    assert person.app.screen.query_one(PasswordField).value == "passwordpassword"


async def test_a_suspended_account_is_told_1016_on_the_page_and_nothing_is_covered(
    person: Person, world: World
) -> None:
    unlock = world.issue("CHAN01", "unlock")
    with_admin = world.client("WONGDA1")
    await with_admin.suspend("CHAN01", "on leave")
    await with_admin.close()
    await uses(person, unlock)
    await person.sees("Unlock the account")
    await person.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("1016", "Unlock the account")


# ── what a code opens ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_locked_account_is_unlocked_by_the_code_that_was_mailed(person: Person, world: World) -> None:
    await person.opens_sign_in()
    await person.fills_in("CHAN01", "wrong horse battery staple", "000000")
    for _ in range(5):
        await person.press("f8")
        await person.sees("1001")
        await person.pastes("000000")
        await person.waits_until(lambda: "000000" in person.screen, "to see the code typed")
    await person.press("f8")
    await person.sees("1002", "F4 takes the code of the mail")
    person.keeps("sign_in_locked")
    await uses(person, world.code("CHAN01"))
    await person.sees("Unlock the account")
    await person.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    person.keeps("recover_unlock")
    await person.press("enter")
    await person.sees("Sign in to Client Connect", "The account is unlocked.", "CHAN01")
    await person.fills_in(world.people["CHAN01"].password, world.fresh_otp("CHAN01"))
    await person.press("enter")
    await person.sees("Good afternoon, Chan Tai Man")


async def test_an_invitation_leads_through_password_and_qr_code_to_ten_codes_and_the_sign_in(
    opens: Opens, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    invitation = await invite(world)
    async with opens() as person:
        await uses(person, invitation)
        await person.sees("Welcome, Kwok Wing", "invites you as KWOK03", "good until")
        await person.pastes(NEW_PASSWORD)
        person.keeps("recover_invitation")
        await person.press("enter")
        await person.sees("Add it to your authenticator", "Scan it, or type this secret:")
        page = person.app.screen
        assert isinstance(page, AuthenticatorScreen)
        secret = page._enrolment.secret
        person.keeps("authenticator")
        assert all(secret[start : start + 4] in person.screen for start in range(0, len(secret), 4))
        await person.pastes("000000")
        await person.press("enter")
        await person.sees("1006", "The new authenticator does not")
        person.keeps("authenticator_1006")
        await person.pastes(shows_now(world, person))
        await person.press("enter")
        await person.sees("Ten recovery codes", "1  ", "10  ", "shown this once")
        shown = person.keeps("recovery_codes")
        await person.press("escape")
        await person.sees("Leave without the codes?")
        await person.press("n", "w")
        await person.sees("Save the recovery codes")
        await person.press("enter")
        await person.sees("Saved:")
        saved = tmp_path / "recovery-codes-KWOK03.txt"
        codes = saved.read_text().split()[-10:]
        assert all(one in shown for one in codes)
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        await person.press("c")
        await person.sees("ten codes")
        assert codes[0] in person.app.clipboard
        await person.press("escape")
        await person.sees("Sign in to Client Connect", "KWOK03", "Your authenticator is set up.")
        await person.fills_in(NEW_PASSWORD, codes[3])
        await person.press("enter")
        await person.sees("Good afternoon, Kwok Wing")


async def test_an_invitation_that_was_used_or_expired_says_whom_to_ask(person: Person, world: World) -> None:
    invitation = await invite(world)
    world.clock.move(hours=73)
    await uses(person, invitation)
    await person.sees("1015", "72 hours", "for a new invitation")
    person.keeps("recover_1015")


async def test_a_new_authenticator_wants_the_password_that_stands(person: Person, world: World) -> None:
    await uses(person, world.issue("CHAN01", "enrolment"))
    await person.sees("Set up a new authenticator", "The one before no longer works.")
    await person.pastes("wrong horse battery staple")
    await person.press("enter")
    await person.sees("1001")
    person.app.screen.query_one(PasswordField).value = ""
    await person.pastes(world.people["CHAN01"].password)
    person.keeps("recover_enrolment")
    await person.press("enter")
    await person.sees("Scan it")
    await person.pastes(shows_now(world, person))
    await person.press("enter")
    await person.sees("Ten recovery codes")


# ── the QR code where it does not fit ────────────────────────────────────────────────────────────────────────────


async def at_the_qr_code(person: Person, world: World) -> None:
    await uses(person, world.issue("CHAN01", "enrolment"))
    await person.sees("Set up a new authenticator")
    await person.pastes(world.people["CHAN01"].password)
    await person.press("enter")


async def test_the_qr_code_gives_way_in_a_small_terminal_and_comes_back(opens: Opens, world: World) -> None:
    async with opens() as person:
        await at_the_qr_code(person, world)
        await person.sees("Scan it", "▀▀▀▀▀▀▀")
        await person.pilot.resize_terminal(60, 20)
        await person.sees("The QR code needs a terminal of", "Type the secret:")
        await person.does_not_see("▀▀▀▀▀▀▀")
        person.keeps("authenticator_60")
        await person.pilot.resize_terminal(120, 40)
        await person.sees("Scan it", "▀▀▀▀▀▀▀")
        assert person.app.screen.query_one(QrCode).quiet == 4


async def test_without_half_blocks_the_secret_stands_alone_at_80_by_24(opens: Opens, world: World) -> None:
    async with opens(glyphs="ascii") as person:
        await at_the_qr_code(person, world)
        await person.sees("The QR code needs a terminal of", "Type the secret:")
        assert person.screen.isascii()
        await person.pilot.resize_terminal(140, 60)
        await person.sees("Scan it", "##")
        assert person.screen.isascii()


async def test_without_colours_the_secret_stands_alone(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opens() as person:
        await at_the_qr_code(person, world)
        await person.sees("Without colours no QR code is black on white")
        await person.does_not_see("▀▀▀▀▀▀▀")


# ── passwords stay where they are ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("purpose", ["reset", "unlock", "enrolment"])
async def test_a_password_can_be_shown_but_neither_copied_nor_cut(
    person: Person, world: World, purpose: Purpose
) -> None:
    await uses(person, world.issue("CHAN01", purpose))
    await person.sees("good until", "F2 show")
    await person.pastes(NEW_PASSWORD)
    await person.does_not_see(NEW_PASSWORD)
    await person.press("f2")
    await person.sees(NEW_PASSWORD, "F2 hide")
    await person.press("ctrl+shift+a", "ctrl+c", "ctrl+x")
    assert person.app.clipboard == ""
    await person.sees(NEW_PASSWORD)
    await person.press("ctrl+q")
    await person.does_not_see(NEW_PASSWORD)


async def test_a_password_that_a_terminal_would_obey_is_never_shown(person: Person, world: World) -> None:
    await uses(person, world.issue("CHAN01", "reset"))
    await person.sees("Choose a new password")
    await person.pastes("violet\x1b]52;c;harbour quilted")
    await person.press("f2")
    await person.sees("It holds characters that a terminal must not be shown.")
    assert "harbour" not in person.screen


# ── behind it ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_over_a_covered_page_recovery_leads_back_to_its_draft(chan: Person, world: World) -> None:
    await chan.goes_to("Submit")
    await chan.sees("File Submission")
    await chan.pastes("SD1_01234_20220520.csv")
    await chan.sees("SD1_01234_20220520.csv")
    world.clock.move(minutes=31)
    await chan.sees("1005", "Sign in to Client Connect")
    await uses(chan, world.issue("CHAN01", "reset"))
    await chan.sees("Choose a new password")
    await chan.fills_in(NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("Sign in to Client Connect", "The new password stands.")
    await chan.fills_in(NEW_PASSWORD, world.fresh_otp("CHAN01"))
    await chan.press("enter")
    await chan.sees("File Submission", "SD1_01234_20220520.csv")
