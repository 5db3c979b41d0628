"""One's own profile: what each change asks for, what it ends, and what a stolen session cannot do."""

from __future__ import annotations

import threading
from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from backend.adapters.one_time_codes import code, step_at
from backend.contract.messages import BeginOtp, ChangePassword, Enrolment
from backend.core.actor import Actor
from tests.adapters.recovering import ask, reset
from tests.adapters.signing_in import WRONG, Counted, Dying, acts, outcome, recovery_codes, ticket, tried
from tests.adapters.test_confirmation import again
from tests.world import World

NEW = "velvet-otter-quartz-lantern-77"


@pytest.fixture
def counted(any_world: World) -> Counted:
    hasher = Counted(any_world.platform.hasher)
    any_world.services.profile._hasher = hasher
    return hasher


def change(world: World, actor: Actor, **other: str) -> int:
    right = {"password": world.people[actor.login_id].password, "new_password": NEW}
    form = ChangePassword(**{**right, "otp": other.get("otp") or world.fresh_otp(actor.login_id), **other})
    return outcome(lambda: world.services.profile.change_password(actor, form))


def began(world: World, actor: Actor, **other: str) -> Enrolment:
    right = {"password": world.people[actor.login_id].password}
    form = BeginOtp(**{**right, "otp": other.get("otp") or world.fresh_otp(actor.login_id), **other})
    return world.services.profile.begin_otp(actor, form)


def shown(world: World, begun: Enrolment, steps: int = 0) -> str:
    """What the new authenticator shows."""
    return code(b32decode(begun.secret), step_at(world.clock.now()) + steps)


# ── the password ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_password_counts_at_once_and_ends_all_other_sessions(any_world: World) -> None:
    own, other = any_world.token("CHAN01"), any_world.token("CHAN01")
    assert change(any_world, again(any_world, own)) == 0
    assert outcome(lambda: again(any_world, other)) == 1005
    assert outcome(lambda: again(any_world, own)) == 0
    assert tried(any_world, any_world.form("CHAN01")) == 1001
    assert tried(any_world, any_world.form("CHAN01", password=NEW)) == 0
    assert "password-changed" in acts(any_world)


def test_a_ticket_from_before_a_new_password_opens_nothing_after_it(any_world: World) -> None:
    actor, handed = any_world.actor("CHAN01"), ticket(any_world)
    assert change(any_world, actor) == 0
    assert outcome(lambda: any_world.services.sessions.open(handed.ticket, "x")) == 1003


@pytest.mark.parametrize(
    ("new", "number"),
    [
        ("short", 1014),
        ("passwordpassword1", 1014),
        ("CHAN01-CHAN01-CHAN01", 1014),
        ("x" * 129, 1014),
        (NEW, 0),
        ("陳大文-velvet-otter-quartz-77", 0),
    ],
)
def test_a_password_that_is_guessed_is_not_taken(any_world: World, new: str, number: int) -> None:
    assert change(any_world, any_world.actor("CHAN01"), new_password=new) == number


def test_the_password_one_has_is_not_a_new_one(any_world: World) -> None:
    same = any_world.people["CHAN01"].password
    assert change(any_world, any_world.actor("CHAN01"), new_password=same) == 1014


def test_a_new_password_is_judged_only_after_a_try_was_counted(any_world: World) -> None:
    token = any_world.token("CHAN01")
    actor = again(any_world, token)
    assert change(any_world, actor, new_password="short", password=WRONG) == 1006, "not 1014: that is for its owner"
    assert [change(any_world, actor, new_password="short", otp="000000") for _ in range(4)] == [1006] * 3 + [1005]
    assert outcome(lambda: again(any_world, token)) == 1005


def test_whoever_proves_who_they_are_may_think_of_weak_passwords_as_often_as_they_like(any_world: World) -> None:
    actor, otp = any_world.actor("CHAN01"), any_world.fresh_otp("CHAN01")
    assert [change(any_world, actor, new_password="passwordpassword1", otp=otp) for _ in range(7)] == [1014] * 7
    assert change(any_world, actor, otp=otp) == 0, "the One-Time-Password is still unused"


def test_the_owner_is_told_by_mail_of_all_that_proves_who_they_are_anew(any_world: World) -> None:
    token, profile = any_world.token("CHAN01"), any_world.services.profile
    begun = began(any_world, again(any_world, token))
    any_world.clock.move(seconds=30)
    profile.confirm_otp(again(any_world, token), shown(any_world, begun))
    any_world.people["CHAN01"] = replace(any_world.people["CHAN01"], otp_secret=begun.secret)
    profile.new_recovery_codes(again(any_world, token), any_world.fresh_otp("CHAN01"))
    assert change(any_world, again(any_world, token)) == 0
    any_world.people["CHAN01"] = replace(any_world.people["CHAN01"], password=NEW)
    ask(any_world)
    assert reset(any_world, any_world.code("CHAN01"), password=f"{NEW}-reset") == 0
    any_world.platform.mail.carry()
    about = ("your password was", "you have")
    told = [mail.text for mail in any_world.mails("CHAN01") if mail.subject.split(": ")[1].startswith(about)]
    said = (
        "was reset with a code",
        "password of your account was changed",
        "New recovery codes",
        "A new authenticator",
    )
    assert [words in " ".join(letter.split()) for words, letter in zip(said, told, strict=True)] == [True] * 4


def test_who_was_refused_gets_no_mail(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    assert change(any_world, actor, password=WRONG) == 1006
    assert change(any_world, actor, new_password="short") == 1014
    any_world.platform.mail.carry()
    assert any_world.mails("CHAN01") == []


def test_wrong_password_and_wrong_otp_read_the_same_and_the_fifth_ends_the_session(any_world: World) -> None:
    token = any_world.token("CHAN01")
    actor = again(any_world, token)
    assert change(any_world, actor, password=WRONG) == 1006
    assert change(any_world, actor, otp="000000") == 1006
    assert change(any_world, actor, password=WRONG, otp="000000") == 1006
    assert change(any_world, actor, password=WRONG) == 1006
    assert change(any_world, actor, password=WRONG) == 1005
    assert outcome(lambda: again(any_world, token)) == 1005
    assert "confirmation-refused" in acts(any_world) and "password-changed" not in acts(any_world)


def test_right_and_wrong_passwords_are_the_same_work(any_world: World, counted: Counted) -> None:
    actor = any_world.actor("CHAN01")
    assert change(any_world, actor, password=WRONG) == 1006
    assert change(any_world, actor, otp="000000") == 1006
    assert (counted.verified, counted.hashed) == (2, 2)


@pytest.mark.databases
def test_a_stolen_session_guesses_five_times_however_many_at_once(any_world: World, counted: Counted) -> None:
    token = any_world.token("CHAN01")
    actor, together = again(any_world, token), threading.Barrier(20)
    otp = any_world.fresh_otp("CHAN01")

    def one(number: int) -> int:
        together.wait(10)
        return change(any_world, actor, password=f"{WRONG}{number}", otp=otp)

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(one, range(20)))
    assert set(outcomes) <= {1005, 1006} and counted.verified <= 5
    assert outcome(lambda: again(any_world, token)) == 1005


def test_passwords_and_otps_count_on_one_and_the_same_counter(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    confirm, profile = any_world.services.confirmation.confirm, any_world.services.profile
    assert outcome(lambda: confirm(actor, "000000")) == 1006
    assert change(any_world, actor, password=WRONG) == 1006
    assert outcome(lambda: profile.new_recovery_codes(actor, "000000")) == 1006
    assert outcome(lambda: began(any_world, actor, password=WRONG)) == 1006
    assert outcome(lambda: confirm(actor, "000000")) == 1005


def test_a_guess_whose_process_died_counts_as_wrong(any_world: World) -> None:
    token = any_world.token("CHAN01")
    any_world.services.profile._hasher = Dying()
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            change(any_world, again(any_world, token))
    assert outcome(lambda: any_world.services.confirmation.confirm(again(any_world, token), "000000")) == 1005


@pytest.mark.databases
def test_of_two_changes_at_once_with_one_otp_one_is_made(any_world: World) -> None:
    actor, otp, together = any_world.actor("CHAN01"), any_world.fresh_otp("CHAN01"), threading.Barrier(2)

    def one(number: int) -> int:
        together.wait(10)
        return change(any_world, actor, otp=otp, new_password=f"{NEW}-{number}")

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(one, range(2)))[0] == 0
    assert acts(any_world).count("password-changed") == 1


def test_a_spent_otp_is_1004_with_the_right_password_and_1006_with_a_wrong_one(any_world: World) -> None:
    actor, otp = any_world.actor("CHAN01"), any_world.otp("CHAN01")
    assert change(any_world, actor, otp=otp) == 1004
    assert change(any_world, actor, otp=otp, password=WRONG) == 1006, "it says nothing of the password"


def test_a_session_by_key_changes_nothing(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    bare = Actor(actor.account, actor.identities, "sftp", actor.source)
    assert change(any_world, bare) == 1005
    assert outcome(lambda: began(any_world, bare)) == 1005
    assert outcome(lambda: any_world.services.profile.confirm_otp(bare, "000000")) in {1005, 9002}


def test_an_authenticator_begun_before_a_new_password_cannot_be_confirmed_after_it(any_world: World) -> None:
    token = any_world.token("CHAN01")
    begun = began(any_world, again(any_world, token))
    assert change(any_world, again(any_world, token)) == 0
    confirm = any_world.services.profile.confirm_otp
    assert outcome(lambda: confirm(again(any_world, token), shown(any_world, begun))) == 9002


def test_an_authenticator_begun_by_a_thief_does_not_outlive_a_reset_by_mail(any_world: World) -> None:
    begun = began(any_world, any_world.actor("CHAN01"))
    any_world.clock.move(minutes=20)
    ask(any_world)
    assert reset(any_world, any_world.code("CHAN01"), password=NEW) == 0
    any_world.people["CHAN01"] = replace(any_world.people["CHAN01"], password=NEW)
    any_world.clock.move(minutes=5)
    stolen = any_world.actor("CHAN01")
    assert outcome(lambda: any_world.services.profile.confirm_otp(stolen, shown(any_world, begun))) == 9002


def test_an_authenticator_begun_ends_with_all_sessions_and_not_with_the_others(any_world: World) -> None:
    token = any_world.token("CHAN01")
    actor = again(any_world, token)
    begun = began(any_world, actor)
    any_world.platform.store.write(lambda unit: unit.end_sessions(actor.account.id, but=actor.session))
    with any_world.platform.store.reading() as rows:
        assert rows.authenticator(actor.account.id).pending is not None
    any_world.platform.store.write(lambda unit: unit.end_sessions(actor.account.id))
    confirm = any_world.services.profile.confirm_otp
    assert outcome(lambda: confirm(any_world.actor("CHAN01"), shown(any_world, begun))) == 9002


# ── the authenticator ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_old_authenticator_counts_until_the_new_one_is_confirmed(any_world: World) -> None:
    token, other = any_world.token("CHAN01"), any_world.token("CHAN01")
    begun = began(any_world, again(any_world, token))
    assert begun.login_id == "CHAN01" and begun.uri.startswith("otpauth://totp/") and begun.secret in begun.uri
    assert tried(any_world, any_world.form("CHAN01")) == 0
    any_world.clock.move(seconds=30)
    assert tried(any_world, any_world.form("CHAN01", otp=shown(any_world, begun))) == 1001
    made = any_world.services.profile.confirm_otp(again(any_world, token), shown(any_world, begun))
    assert len(made.codes) == 10
    assert outcome(lambda: again(any_world, other)) == 1005 and outcome(lambda: again(any_world, token)) == 0
    assert tried(any_world, any_world.form("CHAN01")) == 1001
    any_world.clock.move(seconds=30)
    assert tried(any_world, any_world.form("CHAN01", otp=shown(any_world, begun))) == 0
    assert tried(any_world, any_world.form("CHAN01", otp=made.codes[0])) == 0
    assert acts(any_world).count("otp-changed") == 1
    assert any_world.services.profile.profile(again(any_world, token)).otp_since is not None


def test_the_code_that_confirmed_is_spent(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    begun = began(any_world, actor)
    otp = shown(any_world, begun)
    any_world.services.profile.confirm_otp(actor, otp)
    assert tried(any_world, any_world.form("CHAN01", otp=otp)) == 1001


def test_a_recovery_code_stands_in_for_a_lost_authenticator(any_world: World) -> None:
    codes = recovery_codes(any_world, "CHAN01")
    actor = any_world.actor("CHAN01")
    begun = began(any_world, actor, otp=codes[0])
    made = any_world.services.profile.confirm_otp(actor, shown(any_world, begun))
    assert tried(any_world, any_world.form("CHAN01", otp=codes[1])) == 1001, "those before are worth nothing"
    any_world.clock.move(seconds=30)
    assert tried(any_world, any_world.form("CHAN01", otp=shown(any_world, begun))) == 0
    assert made.login_id == "CHAN01"


def test_confirming_without_beginning_or_long_after_it_is_refused(any_world: World) -> None:
    token = any_world.token("CHAN01")
    confirm = any_world.services.profile.confirm_otp
    assert outcome(lambda: confirm(again(any_world, token), "000000")) == 9002
    begun = began(any_world, again(any_world, token))
    any_world.clock.move(minutes=15, seconds=1)
    assert outcome(lambda: confirm(again(any_world, token), shown(any_world, begun))) == 9002


def test_wrong_codes_of_a_new_authenticator_end_the_session_too(any_world: World) -> None:
    actor = any_world.actor("CHAN01")
    began(any_world, actor)
    confirm = any_world.services.profile.confirm_otp
    assert [outcome(lambda: confirm(actor, "000000")) for _ in range(5)] == [1006] * 4 + [1005]
    assert tried(any_world, any_world.form("CHAN01")) == 0, "the old one counts"


def test_the_secret_begun_last_is_the_one_that_is_confirmed(any_world: World) -> None:
    token = any_world.token("CHAN01")
    first = began(any_world, again(any_world, token))
    second = began(any_world, again(any_world, token))
    confirm, actor = any_world.services.profile.confirm_otp, again(any_world, token)
    assert outcome(lambda: confirm(actor, shown(any_world, first))) == 1006
    assert outcome(lambda: confirm(actor, shown(any_world, second))) == 0
    assert outcome(lambda: confirm(actor, shown(any_world, second, 1))) == 9002, "once"


def test_a_secret_lies_sealed_in_the_database(any_world: World) -> None:
    begun = began(any_world, any_world.actor("CHAN01"))
    with any_world.platform.store.engine.connect() as connection:
        kept = connection.execute(text("SELECT pending_seed FROM accounts WHERE login_id = 'CHAN01'")).scalar_one()
        everything = repr(connection.execute(text("SELECT * FROM accounts")).all())
    assert b32decode(begun.secret) not in bytes(kept) and begun.secret not in everything


# ── recovery codes and the profile itself ────────────────────────────────────────────────────────────────────────


def test_ten_new_recovery_codes_replace_all_from_before(any_world: World) -> None:
    old, token = recovery_codes(any_world, "CHAN01"), any_world.token("CHAN01")
    made = any_world.services.profile.new_recovery_codes(again(any_world, token), any_world.fresh_otp("CHAN01"))
    assert len(set(made.codes)) == 10 and not set(old) & set(made.codes)
    assert tried(any_world, any_world.form("CHAN01", otp=old[0])) == 1001
    assert tried(any_world, any_world.form("CHAN01", otp=made.codes[0])) == 0
    assert any_world.services.profile.profile(again(any_world, token)).recovery_codes == 9
    assert "recovery-codes-made" in acts(any_world)


def test_the_profile_says_who_one_is_and_when_one_was_last_here(any_world: World) -> None:
    any_world.token("WONGDA1")
    at = any_world.clock.now()
    profile = any_world.services.profile.profile(any_world.actor("WONGDA1"))
    assert (profile.login_id, profile.kind, profile.recovery_codes) == ("WONGDA1", "da", 0)
    assert profile.last_sign_in == at and profile.last_source == "127.0.0.1"
    assert profile.email.startswith("wongda1@") and profile.phone.startswith("+852")
