"""`ecp recover` and `ecp profile`: codes from mails without a console, and one's own account."""

from __future__ import annotations

import json
from base64 import b32decode

import pytest

from backend.adapters.one_time_codes import code, step_at
from backend.contract.messages import Purpose
from backend.contract.rules.codes import grouped
from tests.commands.conftest import SERVER, Ecp, Input
from tests.world import NEW_PASSWORD, World


def test_a_forgotten_password_is_asked_for_and_set_by_the_code_of_the_mail(ecp: Ecp, world: World) -> None:
    phone = world.account("CHAN01").phone
    said = ecp("recover", "--login-id", "chan01", "--phone", phone, "--server", SERVER, "--json")
    assert (said.code, said.data["state"], said.data["login_id"]) == (0, "asked", "CHAN01")
    assert said.data["subject"] == world.mails("CHAN01")[0].subject
    typed = f"{NEW_PASSWORD}\n{world.fresh_otp('CHAN01')}\n"
    line = ("recover", world.code("CHAN01").lower(), "--server", SERVER)
    said = ecp(*line, "--credentials-stdin", "--json", typed=typed)
    assert (said.code, said.data["state"], said.data["purpose"]) == (0, "password-set", "reset")
    assert "sets a new password of CHAN01" in said.err
    assert NEW_PASSWORD not in said.out + said.err
    typed = f"{NEW_PASSWORD}\n{world.fresh_otp('CHAN01')}\n"
    assert ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", typed=typed).code == 0


def test_the_answer_to_a_wrong_telephone_is_the_same_and_gives_the_faqs_advice(ecp: Ecp, world: World) -> None:
    right = ecp("recover", "--login-id", "CHAN01", "--phone", world.account("CHAN01").phone, "--server", SERVER)
    wrong = ecp("recover", "--login-id", "CHAN01", "--phone", "85200000000", "--server", SERVER)
    assert (wrong.code, wrong.out) == (0, right.out)
    said = " ".join(wrong.out.split())
    for words in ("junk and phishing filters", "application form", "only the newest works", "a few minutes"):
        assert words in said
    assert all(len(line) <= 80 for line in wrong.out.splitlines())


def test_a_truncated_code_exits_2_and_nothing_is_sent(ecp: Ecp, world: World) -> None:
    mailed = grouped(world.issue("CHAN01", "reset"))
    said = ecp("recover", mailed[:-7], "--server", "http://127.0.0.1:1", "--json")
    assert said.code == 2
    assert said.data["fault"]["number"] == 1010
    assert said.data["fault"]["what"] == "6 characters are missing."


def test_looking_at_a_code_says_what_it_is_for_and_does_not_use_it(ecp: Ecp, world: World) -> None:
    mailed = world.issue("CHAN01", "unlock")
    for _ in range(2):
        said = ecp("recover", mailed, "--look", "--server", SERVER, "--json")
        assert (said.code, said.data["state"], said.data["purpose"]) == (0, "waiting", "unlock")
        assert said.data["company_name"] == "Acme Securities"


def test_an_unlock_by_standard_input(ecp: Ecp, world: World) -> None:
    typed = f"{world.people['CHAN01'].password}\n{world.fresh_otp('CHAN01')}\n"
    mailed = world.issue("CHAN01", "unlock")
    said = ecp("recover", mailed, "--server", SERVER, "--credentials-stdin", typed=typed)
    assert said.code == 0
    assert said.out.splitlines() == ["The account is unlocked.", "Sign in: ecp login CHAN01"]
    used = ecp("recover", mailed, "--server", SERVER, "--look", "--json")
    assert (used.code, used.data["fault"]["number"]) == (4, 1013)


@pytest.mark.parametrize(("purpose", "number"), [("reset", 1006), ("unlock", 1001)])
def test_a_wrong_one_time_password_ends_a_program_with_the_faults_own_code(
    ecp: Ecp, world: World, purpose: Purpose, number: int
) -> None:
    typed = f"{NEW_PASSWORD}\n000000\n"
    said = ecp("recover", world.issue("CHAN01", purpose), "--server", SERVER, "--credentials-stdin", typed=typed)
    assert said.code in (3, 4)
    assert f"{number} " in said.err


def test_without_a_terminal_it_says_how_the_credentials_come(ecp: Ecp, world: World) -> None:
    said = ecp("recover", world.issue("CHAN01", "reset"), "--server", SERVER)
    assert said.code == 2
    assert "--credentials-stdin" in said.err
    said = ecp("recover", "--server", SERVER, "--no-input")
    assert said.code == 2
    assert "Login ID is needed" in said.err


def test_a_new_authenticator_is_set_up_in_two_answers(ecp: Ecp, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is answered first, and its One-Time-Password read then."""
    secrets: list[str] = []
    asked = iter(("password", "otp"))

    class Typing(Input):
        """Types the password, then what an authenticator with the secret answered shows."""

        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # as a text stream has it
            if next(asked) == "password":
                return f"{world.people['CHAN01'].password}\n"
            return f"{code(b32decode(secrets[-1]), step_at(world.clock.now()))}\n"

    def remember(uri: str) -> list[str]:
        secrets.append(uri.partition("secret=")[2].partition("&")[0])
        return []

    monkeypatch.setattr("ecp_tui.commands.recover._qr_code", remember)
    monkeypatch.setattr("tests.commands.conftest.Input", Typing)
    said = ecp("recover", world.issue("CHAN01", "enrolment"), "--server", SERVER, "--credentials-stdin", "--json")
    monkeypatch.setattr("tests.commands.conftest.Input", Input)
    assert said.code == 0, said.out + said.err
    first, second = (json.loads(line) for line in said.out.splitlines())
    assert (first["state"], first["secret"]) == ("enrolling", secrets[-1])
    assert first["uri"].startswith("otpauth://totp/")
    assert second["state"] == "enrolled" and len(second["recovery_codes"]) == 10
    typed = f"{world.people['CHAN01'].password}\n{second['recovery_codes'][0]}\n"
    assert ecp("login", "CHAN01", "--server", SERVER, "--credentials-stdin", typed=typed).code == 0


def test_at_a_terminal_a_weak_password_and_a_wrong_code_are_asked_for_again(
    ecp: Ecp, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = world.fresh_otp("CHAN01")
    answers = iter(["passwordpassword", "000000", NEW_PASSWORD, "000000", NEW_PASSWORD, right])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    said = ecp("recover", world.issue("CHAN01", "reset"), "--server", SERVER, answers="")
    assert said.code == 0, said.err
    assert "1014 " in said.err and "1006 " in said.err
    assert said.out.startswith("The new password stands")


# ── one's own account ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_profile_is_shown_to_people_and_to_programs(chan: Ecp, world: World) -> None:
    said = chan("profile", "--json")
    assert (said.code, said.data["login_id"], said.data["phone"]) == (0, "CHAN01", world.account("CHAN01").phone)
    said = chan("profile")
    assert said.out.startswith("CHAN01  Chan Tai Man, Acme Securities  (business)\n")
    assert "Make new recovery codes" in said.err


def test_sessions_are_listed_and_all_others_ended(chan: Ecp, world: World) -> None:
    other = world.token("CHAN01")
    items = chan("profile", "sessions", "--json").data["items"]
    assert [one["own"] for one in items].count(True) == 1 and len(items) == 2
    assert "this one" in chan("profile", "sessions").out
    lost = next(one["id"] for one in items if not one["own"])
    said = chan("profile", "end", lost, "--json")
    assert (said.code, said.data) == (0, {"state": "ended", "session": lost, "others": False})
    assert len(chan("profile", "sessions", "--json").data["items"]) == 1
    world.token("CHAN01")
    assert chan("profile", "end", "--others").out == "All other sessions ended.\n"
    assert len(chan("profile", "sessions", "--json").data["items"]) == 1
    assert other


def test_ending_needs_one_session_or_all_others_and_not_anybody_elses(chan: Ecp) -> None:
    assert chan("profile", "end").code == 2
    assert chan("profile", "end", "1", "--others").code == 2
    assert chan("profile", "end", "no-such-session").code == 4
