"""Enrolment on both databases: two steps in order, and nothing counts before the second."""

from __future__ import annotations

from base64 import b32decode
from functools import partial

import pytest

from backend.contract.faults import Refused
from tests.adapters.recovering import begin, confirm, dump, invite, later, look, reset, shown_by
from tests.adapters.signing_in import WRONG, Counted, acts, outcome, tried
from tests.world import NEW_PASSWORD, World


def reset_otp(world: World, login_id: str = "CHAN01") -> str:
    """What an approved reset of the One-Time-Password leaves: no authenticator, and a code on its way."""
    account = world.account(login_id)
    world.platform.store.write(lambda unit: unit.forget_otp(account.id))
    return world.issue(login_id, "enrolment")


def test_whoever_was_invited_sets_a_password_and_an_authenticator_and_signs_in(any_world: World) -> None:
    invite(any_world)
    code = any_world.code("NEW01")
    assert any_world.services.recovery.look(code, "x").purpose == "invitation"
    enrolment = begin(any_world, code)
    assert any_world.account("NEW01").state == "invited", "nothing counts yet"
    codes = confirm(any_world, code, shown_by(any_world, enrolment)).codes
    assert any_world.account("NEW01").state == "active" and len(set(codes)) == 10
    later(any_world, seconds=30)
    form = any_world.form("CHAN01", password=NEW_PASSWORD, otp=shown_by(any_world, enrolment))
    assert tried(any_world, form.model_copy(update={"login_id": "NEW01"})) == 0
    assert "activated" in acts(any_world)


def test_the_secret_is_what_an_authenticator_scans(any_world: World) -> None:
    enrolment = begin(any_world, invite(any_world))
    assert enrolment.uri == f"otpauth://totp/ECP%202.0:NEW01?secret={enrolment.secret}"
    assert len(enrolment.secret) == 32 and enrolment.login_id == "NEW01"


def test_a_new_authenticator_with_a_code_is_told_by_mail_and_a_first_one_is_not(any_world: World) -> None:
    code, password = reset_otp(any_world), any_world.people["CHAN01"].password
    confirm(any_world, code, shown_by(any_world, begin(any_world, code, password)), password)
    invited = invite(any_world)
    confirm(any_world, invited, shown_by(any_world, begin(any_world, invited)))
    any_world.platform.mail.carry()
    told = [mail.to for mail in any_world.mails() if mail.subject.endswith("you have a new authenticator")]
    assert told == ["chan01@acme.example"]


def test_an_invitation_is_used_once(any_world: World) -> None:
    code = invite(any_world)
    otp = shown_by(any_world, begin(any_world, code))
    confirm(any_world, code, otp)
    for again in (lambda: begin(any_world, code), lambda: confirm(any_world, code, otp)):
        assert outcome(again) == 1015
    assert look(any_world, code) == 1015


def test_an_invitation_expires_after_72_hours_and_names_who_makes_a_new_one(any_world: World) -> None:
    code = invite(any_world)
    later(any_world, hours=71)
    begin(any_world, code)
    later(any_world, hours=1)
    with pytest.raises(Refused) as found:
        begin(any_world, code)
    assert found.value.number == 1015 and found.value.what == "It was good for 72 hours and ended at 16:00."
    assert found.value.remedy.startswith("Ask your delegated administrators for a new invitation")
    any_world.issue("NEW01", "invitation")
    begin(any_world, any_world.code("NEW01"))


def test_confirming_before_beginning_is_refused(any_world: World) -> None:
    code = invite(any_world)
    assert outcome(lambda: confirm(any_world, code, "123456")) == 9002
    assert outcome(lambda: confirm(any_world, reset_otp(any_world), "123456", NEW_PASSWORD)) == 1001
    right = any_world.people["CHAN01"].password
    code = any_world.issue("CHAN01", "enrolment")
    assert outcome(lambda: confirm(any_world, code, "123456", right)) == 9002


def test_beginning_again_makes_a_new_secret_and_the_old_one_is_worth_nothing(any_world: World) -> None:
    code = invite(any_world)
    first, second = begin(any_world, code), begin(any_world, code)
    assert first.secret != second.secret
    assert outcome(lambda: confirm(any_world, code, shown_by(any_world, first))) == 1006
    confirm(any_world, code, shown_by(any_world, second))


def test_a_wrong_code_of_the_new_authenticator_counts_nothing_and_can_be_typed_again(any_world: World) -> None:
    code = invite(any_world)
    enrolment = begin(any_world, code)
    for wrong in ["000000", shown_by(any_world, enrolment, 9), "１２３４５６", "", "abcdef", "ABCDE-FGHJK", "0"]:
        assert outcome(partial(confirm, any_world, code, wrong)) == 1006
    confirm(any_world, code, shown_by(any_world, enrolment))


def test_the_code_that_confirmed_is_spent(any_world: World) -> None:
    code = invite(any_world)
    enrolment = begin(any_world, code)
    otp = shown_by(any_world, enrolment)
    confirm(any_world, code, otp)
    form = any_world.form("CHAN01", password=NEW_PASSWORD, otp=otp).model_copy(update={"login_id": "NEW01"})
    later(any_world, seconds=-30)
    assert tried(any_world, form) == 1001


@pytest.mark.parametrize("password", ["short", "NEW01NEW01NEW01", "password1234567", "x" * 129])
def test_an_invited_password_is_judged_at_both_steps(any_world: World, password: str) -> None:
    code = invite(any_world)
    assert outcome(lambda: begin(any_world, code, password)) == 1014
    otp = shown_by(any_world, begin(any_world, code))
    assert outcome(lambda: confirm(any_world, code, otp, password)) == 1014
    assert any_world.account("NEW01").state == "invited"


def test_after_a_reset_the_standing_password_enrols_another_authenticator(any_world: World) -> None:
    right, token = any_world.people["CHAN01"].password, any_world.token("CHAN01")
    code = reset_otp(any_world)
    assert tried(any_world, any_world.form("CHAN01")) == 1001, "the old authenticator is none any more"
    enrolment = begin(any_world, code, right)
    confirm(any_world, code, shown_by(any_world, enrolment), right)
    assert outcome(lambda: any_world.services.sessions.me(token)) == 1005
    later(any_world, seconds=30)
    assert tried(any_world, any_world.form("CHAN01", otp=shown_by(any_world, enrolment))) == 0
    assert "enrolled" in acts(any_world)


def test_whoever_has_the_mail_alone_guesses_the_password_five_times_at_most(any_world: World, hasher: Counted) -> None:
    code, right = reset_otp(any_world), any_world.people["CHAN01"].password
    before = hasher.verified
    assert [outcome(lambda: begin(any_world, code, WRONG)) for _ in range(7)] == [1001] * 5 + [1013] * 2
    assert outcome(lambda: begin(any_world, code, right)) == 1013
    assert hasher.verified == before + 5
    code = any_world.issue("CHAN01", "enrolment")
    for _ in range(12):
        begin(any_world, code, right)
    assert outcome(lambda: confirm(any_world, code, "000000", WRONG)) == 1001


def test_enrolling_never_lifts_a_suspension_and_says_so_once_the_password_was_right(any_world: World) -> None:
    code, right = reset_otp(any_world), any_world.people["CHAN01"].password
    chan = any_world.account("CHAN01")
    enrolment = begin(any_world, code, right)
    any_world.platform.store.write(lambda unit: unit.suspend(chan.id, "company", any_world.clock.now()))
    assert outcome(lambda: begin(any_world, code, WRONG)) == 1001
    assert outcome(lambda: begin(any_world, code, right)) == 1016
    assert outcome(lambda: confirm(any_world, code, shown_by(any_world, enrolment), right)) == 1016
    assert any_world.account("CHAN01").sealed_seed == b""


def test_a_code_for_a_password_enrols_nothing_and_an_invitation_resets_nothing(any_world: World) -> None:
    resetting = any_world.issue("CHAN01", "reset")
    assert outcome(lambda: begin(any_world, resetting, any_world.people["CHAN01"].password)) == 9002
    assert reset(any_world, invite(any_world)) == 9002


def test_new_recovery_codes_replace_the_old_and_only_their_hmacs_are_kept(any_world: World) -> None:
    code = invite(any_world)
    codes = confirm(any_world, code, shown_by(any_world, begin(any_world, code))).codes
    kept = dump(any_world)
    assert not any(one.encode() in kept or one.replace("-", "").encode() in kept for one in codes)
    chan = any_world.account("NEW01")
    with any_world.platform.store.reading() as rows:
        assert rows.recovery_codes_left(chan.id) == 10


def test_a_seed_stays_sealed_from_its_making_on_and_leaves_the_code_when_it_counts(any_world: World) -> None:
    code = invite(any_world)
    enrolment = begin(any_world, code)
    seed = b32decode(enrolment.secret)
    assert seed not in dump(any_world) and enrolment.secret.encode() not in dump(any_world)
    confirm(any_world, code, shown_by(any_world, enrolment))
    assert seed not in dump(any_world)
    with any_world.platform.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sealed_seed FROM codes").scalars().all() == [None]


def test_what_ends_all_codes_ends_an_enrolment_that_was_begun(any_world: World) -> None:
    code = invite(any_world)
    otp = shown_by(any_world, begin(any_world, code))
    new = any_world.account("NEW01")
    any_world.platform.store.write(lambda unit: unit.end_codes(new.id, any_world.clock.now()))
    assert outcome(lambda: confirm(any_world, code, otp)) == 1015
    with any_world.platform.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT sealed_seed FROM codes").scalars().all() == [None]
