"""Forgotten passwords and locked accounts, on both databases: who gets a code, what it does, and when it does not."""

from __future__ import annotations

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import CodeFacts, ResetPassword
from backend.contract.rules.codes import code_of
from tests.adapters.recovering import PHONE, ask, invite, later, look, reset, unlock
from tests.adapters.signing_in import WRONG, Counted, acts, entries, lock, outcome, recovery_codes, tried
from tests.world import NEW_PASSWORD, World


def refused(world: World, code: str) -> Refused:
    with pytest.raises(Refused) as found:
        world.services.recovery.look(code, "192.0.2.1")
    return found.value


def _form(code: str, otp: str) -> ResetPassword:
    return ResetPassword(code=code, password=NEW_PASSWORD, otp=otp)


def facts(world: World, code: str) -> CodeFacts:
    return world.services.recovery.look(code, "192.0.2.1")


# ── who gets a code ──────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_has_the_telephone_of_an_account_gets_a_code_by_mail(any_world: World) -> None:
    ask(any_world)
    (mail,) = any_world.mails()
    assert mail.to == "chan01@acme.example"
    found = facts(any_world, any_world.code("CHAN01"))
    assert (found.purpose, found.login_id, found.company_name) == ("reset", "CHAN01", "Acme Securities")
    assert (found.expires - any_world.clock.now()).total_seconds() == 2 * 3600
    assert "recovery-requested" in acts(any_world)


@pytest.mark.parametrize(
    "phone", ["+85221000000", "85221000000", "00 852 2100 0000", "(852) 2100.0000", " 852-21000000"]
)
def test_a_telephone_is_compared_by_its_digits(any_world: World, phone: str) -> None:
    ask(any_world, phone=phone)
    assert len(any_world.mails("CHAN01")) == 1


@pytest.mark.parametrize(
    "phone", ["21000000", "+852 2100 0001", "", "+", "852", "%", "0", "8522100000", "852210000000"]
)
def test_another_telephone_gets_nothing_and_leaves_nothing(any_world: World, phone: str) -> None:
    before = acts(any_world)
    ask(any_world, phone=phone)
    assert any_world.mails() == [] and acts(any_world) == before


@pytest.mark.parametrize("login_id", ["NOBODY99", "", "RECOVER", "x" * 200, "' OR 1=1 --", "\x00", "陳大文"])
def test_nobody_gets_nothing_and_breaks_nothing(any_world: World, login_id: str) -> None:
    ask(any_world, login_id=login_id)
    assert any_world.mails() == []


def test_a_login_id_is_taken_in_any_case_with_spaces_around(any_world: World) -> None:
    ask(any_world, login_id=" chan01 ")
    assert len(any_world.mails("CHAN01")) == 1


def test_suspended_closed_and_invited_accounts_get_no_code(any_world: World) -> None:
    store, chan = any_world.platform.store, any_world.account("CHAN01")
    assert store.write(lambda unit: unit.suspend(chan.id, "company", any_world.clock.now()))
    ask(any_world)
    assert store.write(lambda unit: unit.lift_suspension(chan.id))
    assert store.write(lambda unit: unit.close_account(chan.id, any_world.clock.now()))
    ask(any_world)
    invite(any_world)
    ask(any_world, login_id="NEW01", phone="+85291234567")
    assert [mail.to for mail in any_world.mails()] == ["new01@acme.example"], "the invitation alone"


def test_at_most_five_codes_a_day_are_mailed_to_one_account(any_world: World) -> None:
    for _ in range(8):
        later(any_world, minutes=10)
        ask(any_world)
    assert len(any_world.mails("CHAN01")) == 5
    later(any_world, hours=23)
    ask(any_world)
    assert len(any_world.mails("CHAN01")) == 6, "the first were asked for a day ago"


# ── what a code does ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_and_a_one_time_password_set_a_new_password(any_world: World) -> None:
    ask(any_world)
    assert reset(any_world, any_world.code("CHAN01")) == 0
    assert tried(any_world, any_world.form("CHAN01")) == 1001, "the old password"
    assert tried(any_world, any_world.form("CHAN01", password=NEW_PASSWORD)) == 0
    assert "password-reset" in acts(any_world)


def test_a_recovery_code_stands_in_for_the_one_time_password_once(any_world: World) -> None:
    first, *_ = recovery_codes(any_world, "CHAN01")
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=first.lower().replace("-", " ")) == 0
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=first) == 1006
    others = recovery_codes(any_world, "LEE02")
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=others[0]) == 1006, "another's"


def test_a_reset_ends_all_sessions_and_moves_the_epoch(any_world: World) -> None:
    token = any_world.token("CHAN01")
    with any_world.platform.store.reading() as rows:
        before = rows.access_epoch()
    assert reset(any_world, any_world.issue("CHAN01", "reset")) == 0
    assert outcome(lambda: any_world.services.sessions.me(token)) == 1005
    with any_world.platform.store.reading() as rows:
        assert rows.access_epoch() == before + 1


def test_a_reset_clears_a_lock_and_kills_the_code_that_would_unlock(any_world: World) -> None:
    lock(any_world, "CHAN01")
    unlocking = any_world.issue("CHAN01", "unlock")
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert reset(any_world, any_world.issue("CHAN01", "reset")) == 0
    assert tried(any_world, any_world.form("CHAN01", password=NEW_PASSWORD)) == 0
    assert look(any_world, unlocking) == 1013


def test_a_reset_never_lifts_a_suspension_and_says_so_only_once_all_was_right(any_world: World) -> None:
    code, chan = any_world.issue("CHAN01", "reset"), any_world.account("CHAN01")
    any_world.platform.store.write(lambda unit: unit.suspend(chan.id, "company", any_world.clock.now()))
    assert reset(any_world, code, otp="000000") == 1006
    assert reset(any_world, code) == 1016
    assert any_world.account("CHAN01").state == "suspended"
    assert any_world.account("CHAN01").password_hash == chan.password_hash


def test_the_one_time_password_of_a_reset_is_spent(any_world: World) -> None:
    otp = any_world.fresh_otp("CHAN01")
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=otp) == 0
    assert tried(any_world, any_world.form("CHAN01", password=NEW_PASSWORD, otp=otp)) == 1001
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=otp) == 1006


@pytest.mark.parametrize("otp", ["000000", "", "12345", "１２３４５６", "x" * 64])
def test_without_the_one_time_password_a_code_sets_nothing(any_world: World, otp: str) -> None:
    code = any_world.issue("CHAN01", "reset")
    with pytest.raises(Refused) as found:
        any_world.services.recovery.reset_password(_form(code, otp), "console", "192.0.2.1")
    assert found.value.number == 1006 and "not right" in found.value.what
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert entries(any_world)[-2][:2] == ("recovery-refused", 1006)


def test_the_one_time_password_of_another_account_does_not_help(any_world: World) -> None:
    assert reset(any_world, any_world.issue("CHAN01", "reset"), otp=any_world.fresh_otp("LEE02")) == 1006


def test_a_weak_password_is_said_before_anything_is_counted_or_spent(any_world: World) -> None:
    code, otp = any_world.issue("CHAN01", "reset"), any_world.fresh_otp("CHAN01")
    for _ in range(7):
        assert reset(any_world, code, otp=otp, password="CHAN01CHAN01CHAN01") == 1014
    assert reset(any_world, code, otp=otp) == 0


def test_the_code_from_the_locking_mail_unlocks_with_all_factors(any_world: World) -> None:
    lock(any_world, "CHAN01")
    assert unlock(any_world, any_world.code("CHAN01")) == 0
    assert tried(any_world, any_world.form("CHAN01")) == 0
    assert "unlocked" in acts(any_world)


def test_unlocking_needs_password_and_one_time_password_and_tells_neither(any_world: World, hasher: Counted) -> None:
    lock(any_world, "CHAN01")
    code = any_world.code("CHAN01")
    before = hasher.verified
    assert unlock(any_world, code, password=WRONG) == 1001
    assert unlock(any_world, code, otp="000000") == 1001
    assert hasher.verified == before + 2, "the same work"
    assert tried(any_world, any_world.form("CHAN01")) == 1002
    assert unlock(any_world, code) == 0


def test_unlocking_never_lifts_a_suspension(any_world: World) -> None:
    code, chan = any_world.issue("CHAN01", "unlock"), any_world.account("CHAN01")
    any_world.platform.store.write(lambda unit: unit.suspend(chan.id, "company", any_world.clock.now()))
    assert unlock(any_world, code) == 1016
    assert any_world.account("CHAN01").state == "suspended"


# ── when a code does not work any more ───────────────────────────────────────────────────────────────────────────


def test_looking_at_a_code_does_not_use_it_however_often_a_mail_scanner_looks(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    for _ in range(20):
        assert look(any_world, code) == 0
    assert reset(any_world, code) == 0


def test_a_code_used_once_is_used(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    assert reset(any_world, code) == 0
    assert reset(any_world, code) == 1013 and look(any_world, code) == 1013
    assert "At 16:00 it was used" in refused(any_world, code).what


def test_a_code_expires_and_says_when_and_how_long_it_was_good(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    later(any_world, hours=2)
    found = refused(any_world, code)
    assert found.number == 1011 and found.what == "This code was good for 2 hours and ended at 18:00."
    assert found.remedy.startswith("Ask for a new one")
    assert reset(any_world, code) == 1011
    later(any_world, days=1)
    assert refused(any_world, code).what == "This code was good for 2 hours and ended at 18:00 on 20 May 2022."


def test_only_the_newest_code_works_and_the_older_one_names_the_request_that_replaced_it(any_world: World) -> None:
    ask(any_world)
    old = any_world.code("CHAN01")
    later(any_world, minutes=65)
    ask(any_world)
    found = refused(any_world, old)
    assert found.number == 1012 and found.what == "This code was replaced by the request of 17:05."
    assert reset(any_world, old) == 1012
    assert reset(any_world, any_world.code("CHAN01")) == 0
    assert look(any_world, old) == 1012


def test_a_truncated_code_is_incomplete_and_an_unknown_one_is_none(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    assert look(any_world, code[:-6]) == 1010 and reset(any_world, code[:-6]) == 1010
    unknown = refused(any_world, code_of(bytes(20)))
    assert unknown.number == 1013 and "No code like this" in unknown.what
    chan = any_world.account("CHAN01")
    any_world.platform.store.write(lambda unit: unit.close_account(chan.id, any_world.clock.now()))
    assert str(refused(any_world, code)) == str(unknown), "as if it had never been"


def test_a_code_dies_after_five_wrong_one_time_passwords(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    assert [reset(any_world, code, otp="000000") for _ in range(7)] == [1006] * 5 + [1013] * 2
    assert reset(any_world, code) == 1013
    assert "tried 5 times" in refused(any_world, code).what
    assert tried(any_world, any_world.form("CHAN01")) == 0, "the account is not locked by it"


def test_a_code_is_for_its_purpose_alone(any_world: World) -> None:
    resetting, unlocking = any_world.issue("CHAN01", "reset"), any_world.issue("CHAN01", "unlock")
    assert reset(any_world, unlocking) == 9002 and unlock(any_world, resetting) == 9002
    assert look(any_world, resetting) == look(any_world, unlocking) == 0, "one does not replace the other"


def test_a_code_that_was_read_in_the_database_is_none(any_world: World) -> None:
    any_world.issue("CHAN01", "reset")
    with any_world.platform.store.engine.connect() as connection:
        (key,) = connection.exec_driver_sql("SELECT key FROM codes").scalars()
    assert look(any_world, bytes(key).hex()) == 1010


def test_codes_are_forgotten_a_month_after_their_end(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    later(any_world, days=29)
    any_world.issue("LEE02", "reset")
    assert look(any_world, code) == 1011
    later(any_world, days=2)
    any_world.issue("LEE02", "reset")
    assert look(any_world, code) == 1013


def test_one_source_may_try_thirty_times_a_minute(any_world: World) -> None:
    code = any_world.issue("CHAN01", "reset")
    assert [look(any_world, code) for _ in range(32)] == [0] * 30 + [1007] * 2
    assert reset(any_world, code) == 1007
    assert reset(any_world, code, source="192.0.2.2") == 0


def test_what_a_telephone_is_compared_with_may_be_written_in_any_way(any_world: World) -> None:
    with any_world.platform.store.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE accounts SET phone = '+852 2100-0000' WHERE login_id = 'CHAN01'")
    ask(any_world, phone=PHONE.replace(" ", ""))
    assert len(any_world.mails("CHAN01")) == 1
