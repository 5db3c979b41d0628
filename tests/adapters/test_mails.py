"""Mails on both databases: queued with what gives reason for them, sent after the commit, and not lost by a crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from backend.adapters.seals import KeyedSeals
from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.rules.codes import grouped
from backend.core.client_connect.mail_carrier import MailCarrier
from backend.core.client_connect.mails import Mail, Mailer, Undelivered
from backend.core.figures import Tally
from backend.core.rows import Unit
from tests.adapters.recovering import dump, later, look, together
from tests.world import World


@dataclass
class Post:
    """An outbox that fails as it is told."""

    fail: BaseException | None = None
    sent: list[tuple[int, Mail]] = field(default_factory=list)
    tried: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, mail: Mail, number: int, created: datetime) -> None:
        with self.lock:
            self.tried += 1
            if self.fail is not None:
                raise self.fail
            self.sent.append((number, mail))


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def quiet_world(any_world: World) -> Iterator[World]:
    """A world whose own carrier does not run."""
    any_world.platform.mail.stop()
    yield any_world


def carrier(world: World, post: Post) -> MailCarrier:
    return MailCarrier(world.platform.store, world.clock, world.platform.mailer, post, Tally())


def waiting(world: World) -> list[tuple[bool, bool, int]]:
    """Of each mail: whether it is due at some time, whether its words are kept, and how often it was tried."""
    with world.platform.store.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT due, sealed, tries FROM mails ORDER BY id")
        return [(row.due is not None, row.sealed is not None, row.tries) for row in found]


def test_a_mail_goes_out_once_and_its_words_are_forgotten(quiet_world: World, post: Post) -> None:
    code = quiet_world.issue("CHAN01", "reset")
    carries = carrier(quiet_world, post)
    assert carries.carry() == 1 and carries.carry() == 0
    ((_, mail),) = post.sent
    assert mail.to == "chan01@acme.example" and mail.values["code"].replace("-", "") == code
    assert waiting(quiet_world) == [(False, False, 1)]


def test_a_mail_that_is_done_with_is_forgotten_after_thirty_days_and_one_still_due_is_not(
    quiet_world: World, post: Post
) -> None:
    carries = carrier(quiet_world, post)
    for login_id in ("CHAN01", "LEE02"):
        quiet_world.issue(login_id, "reset")
        assert carries.carry() == 1
    quiet_world.issue("HO01", "invitation")
    quiet_world.clock.move(days=29)
    assert carries.carry() == 0, "it came too late for its reader"
    assert len(waiting(quiet_world)) == 3, "sent, sent, and not sent any more"
    quiet_world.clock.move(days=2)
    quiet_world.issue("CHAN01", "reset")
    post.fail = Undelivered("no such host")
    carries.carry()
    assert len(waiting(quiet_world)) == 4, "nothing was finished"
    post.fail = None
    quiet_world.issue("LEE02", "reset")
    assert carries.carry() == 1
    assert waiting(quiet_world) == [(True, True, 1), (False, False, 1)]


def test_a_unit_that_is_undone_mails_nothing(quiet_world: World, post: Post) -> None:
    chan = quiet_world.account("CHAN01")

    def unit(unit: Unit) -> None:
        quiet_world.platform.issuer.issue(unit, chan, "reset", quiet_world.clock.now())
        raise Refused(NOT_FOUND)

    with pytest.raises(Refused):
        quiet_world.platform.store.write(unit)
    assert carrier(quiet_world, post).carry() == 0 and waiting(quiet_world) == []


def test_other_peoples_words_in_a_notice_write_no_lines_of_their_own(quiet_world: World, post: Post) -> None:
    chan, hostile = quiet_world.account("CHAN01"), 'ok".\n\nYour account will be closed.\x1b[2J\u202e'
    mailer, now = quiet_world.platform.mailer, quiet_world.clock.now()
    quiet_world.platform.store.write(lambda unit: mailer.notice(unit, chan, "about it", hostile, now))
    assert carrier(quiet_world, post).carry() == 1
    words = post.sent[0][1].values["words"]
    assert words.isprintable() and "Your account will be closed." in words


def test_what_cannot_be_sent_is_sent_later_after_growing_delays(quiet_world: World, post: Post) -> None:
    quiet_world.issue("CHAN01", "invitation")
    post.fail, carries = Undelivered("SMTPConnectError"), carrier(quiet_world, post)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert carries.carry() == 0
        later(quiet_world, minutes=minutes, seconds=-1)
        tried = post.tried
        assert carries.carry() == 0 and post.tried == tried, "not before its time"
        later(quiet_world, seconds=1)
    post.fail = None
    assert carries.carry() == 1 and len(post.sent) == 1
    assert waiting(quiet_world) == [(False, False, 9)]


def test_a_mail_whose_code_has_expired_is_not_sent_any_more_and_its_words_are_forgotten(
    quiet_world: World, post: Post
) -> None:
    quiet_world.issue("CHAN01", "unlock")
    post.fail, carries = Undelivered("down"), carrier(quiet_world, post)
    assert carries.carry() == 0
    later(quiet_world, minutes=30)
    post.fail = None
    assert carries.carry() == 0 and post.sent == []
    assert waiting(quiet_world) == [(False, False, 2)]


def test_a_process_that_dies_between_commit_and_sending_leaves_the_mail_to_the_next(
    quiet_world: World, post: Post
) -> None:
    code = quiet_world.issue("CHAN01", "reset")
    dying = Post(fail=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        carrier(quiet_world, dying).carry()
    restarted = carrier(quiet_world, post)
    assert restarted.carry() == 0, "claimed: it may still be on its way"
    later(quiet_world, minutes=1)
    assert restarted.carry() == 1 and post.sent[0][1].values["code"].replace("-", "") == code
    assert look(quiet_world, code) == 0


def test_of_several_backends_one_sends_each_mail(quiet_world: World, post: Post) -> None:
    for login_id in list(quiet_world.people)[:4]:
        quiet_world.issue(login_id, "reset")
    assert sum(together([carrier(quiet_world, post).carry for _ in range(6)])) == 4
    assert len({number for number, _ in post.sent}) == len(post.sent) == 4


def test_one_mail_that_cannot_be_written_does_not_keep_back_the_others(quiet_world: World, post: Post) -> None:
    chan = quiet_world.account("CHAN01")

    class Picky(Post):
        def send(self, mail: Mail, number: int, created: datetime) -> None:
            if mail.kind == "notice":
                raise ValueError("no such header")
            super().send(mail, number, created)

    picky = Picky()
    now = quiet_world.clock.now()
    mailer = quiet_world.platform.mailer
    quiet_world.platform.store.write(lambda unit: mailer.notice(unit, chan, "about it", "Something.", now))
    quiet_world.issue("CHAN01", "reset")
    assert carrier(quiet_world, picky).carry() == 1 and [mail.kind for _, mail in picky.sent] == ["reset"]


def test_a_database_dump_holds_no_code_no_address_of_a_mail_and_no_word_of_it(quiet_world: World) -> None:
    codes = [quiet_world.issue("CHAN01", purpose) for purpose in ("reset", "unlock", "enrolment")]
    chan, now = quiet_world.account("CHAN01"), quiet_world.clock.now()
    mailer = quiet_world.platform.mailer
    quiet_world.platform.store.write(lambda unit: mailer.notice(unit, chan, "about it", "Xylophone.", now))
    kept = dump(quiet_world)
    for code in codes:
        assert code.encode() not in kept and grouped(code).encode() not in kept and code[:20].encode() not in kept
    assert b"Xylophone" not in kept and b"ecp recover" not in kept
    assert b"chan01@acme.example" in kept, "the dump is one: the account's own address stands in it"


def test_a_mail_opens_under_its_own_key_and_purpose_alone(quiet_world: World) -> None:
    quiet_world.issue("CHAN01", "reset")
    with quiet_world.platform.store.reading() as rows:
        (due,) = rows.due_mails(quiet_world.clock.now(), 5)
    assert Mailer(KeyedSeals(b"x" * 32)).opened(due.sealed) is None
    seed = quiet_world.account("CHAN01").sealed_seed
    assert quiet_world.platform.mailer.opened(seed) is None, "a seed is no mail"
    assert quiet_world.platform.codes.step_of(due.sealed, "000000", quiet_world.clock.now()) is None


def test_the_platform_carries_its_mails_by_itself(any_world: World) -> None:
    any_world.issue("CHAN01", "reset")
    for _ in range(100):
        if any_world.platform.mails.is_dir() and list(any_world.platform.mails.iterdir()):
            return
        threading.Event().wait(0.1)
    raise AssertionError("nothing came")
