"""The inbox, on both databases: what waits, what operators do with it, and what its submitter sees of that."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.contract.messages import Activity, ActivityFilter, InboxFilter
from backend.core.actor import Actor
from tests.adapters.filing import file
from tests.inbox import WHY, inbox, told
from tests.publishing import contents, publish
from tests.submitting import NAME, THURSDAY, broken_invariants, listed, refused_with, submitted
from tests.world import World

pytestmark = pytest.mark.databases
BCAN = "BCAN_01234_20220520.csv"


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


@pytest.fixture
def oper(any_world: World) -> Actor:
    return any_world.actor("OPER01")


def picked_up(world: World, oper: Actor, log_index: int, reason: str = WHY) -> bytes:
    return contents(world.services.collecting.pick_up(oper, log_index, reason))


# ── the story ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_picked_up_replayed_and_collected_again_and_its_submitter_sees_each(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, one = any_world, submitted(any_world, chan, b"one").activity.log_index
    assert told(world, oper) == [(NAME, 1, "accepted", None)]
    assert picked_up(world, oper, one) == b"one"
    assert told(world, oper) == [] and told(world, oper, state="collected") == [(NAME, 1, "collected", None)]
    (item,) = inbox(world, oper, state="all")
    assert (item.collected_by, item.collected_at) == ("OPER01", world.clock.now())
    world.services.inbox.replay(world.actor("OPER02"), one, "lost on our side")
    assert told(world, oper) == told(world, oper, state="again") == [(NAME, 1, "accepted", "replayed")]
    picked_up(world, oper, one)
    assert told(world, oper, state="all") == [(NAME, 1, "collected", "replayed")]
    seen = world.services.activity.one(chan, one).counter_receipts
    said = [(act.state, act.login_id, act.reason) for act in seen]
    assert said == [
        ("collected", "OPER01", WHY),
        ("replayed", "OPER02", "lost on our side"),
        ("collected", "OPER01", WHY),
    ]
    assert [state for state, *_ in listed(world, chan)] == ["collected", "collected", "replayed", "collected"]
    assert f"subject: {one}\n" in world.services.activity.one(chan, seen[1].log_index).receipt


def test_what_was_returned_stands_no_more_is_due_again_and_its_submitter_is_told_why(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, friday = any_world, date(2022, 5, 20)
    name = "SD1_01234_20220520.csv"
    one = submitted(world, chan, b"one", input_date=friday, file_name=name).activity.log_index
    assert _due(world, chan) == "received"
    receipt = world.services.inbox.give_back(oper, one, WHY)
    assert (receipt.activity.state, receipt.activity.reason, receipt.activity.identity_code) == (
        "returned",
        WHY,
        "01234",
    )
    assert _due(world, chan) == "due" and told(world, oper, state="all") == []
    assert listed(world, chan) == [("returned", 1, None), ("returned", 1, None)]
    (mail,) = [mail for mail in world.mails("CHAN01") if "returned" in mail.subject]
    assert WHY in mail.text and name in mail.text and "Submit it again" in mail.text
    (line,) = world.services.home.home(chan).returned
    assert (line.state, line.file_name, line.reason) == ("returned", name, WHY)
    again = submitted(world, chan, b"one", input_date=friday, file_name=name)
    assert (again.replayed, again.activity.version, again.activity.supersedes) == (False, 2, None)
    assert again.activity.log_index != one and _due(world, chan) == "received"
    assert world.services.home.home(chan).returned == ()
    assert told(world, oper) == [(name, 2, "accepted", "returned")]
    assert broken_invariants(world) == []


def test_a_returned_file_needs_attention_until_something_follows_it(any_world: World, chan: Actor, oper: Actor) -> None:
    world, home = any_world, any_world.services.home.home
    submitted(world, chan, b"other", file_name="SD_01234_20220519.csv")
    one = submitted(world, chan, b"one").activity.log_index
    world.services.inbox.give_back(oper, one, WHY)
    assert len(home(chan).returned) == 1, "what stood there before is no answer"
    assert home(world.actor("LEE02")).returned and home(world.actor("HO01")).returned == ()
    submitted(world, chan, b"corrected", file_name="SD_01234_20220519.csv")
    assert home(chan).returned == (), "another name for the same identity and date is one"
    world.services.inbox.withdraw(oper, submitted(world, chan, b"2").activity.log_index, WHY)
    assert len(home(chan).returned) == 1
    world.clock.move(days=15)
    assert home(world.actor("CHAN01")).returned == ()


def test_the_companion_of_a_withdrawn_file_goes_with_it_and_that_is_told_once(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    facts: dict[str, Any] = {"folder": "BCAN", "input_date": date(2022, 5, 20), "version": 1}
    whole, done = file(any_world, (BCAN, f"{BCAN}.ok"), **facts)
    any_world.services.inbox.withdraw(oper, whole.log_index, WHY)
    assert told(any_world, oper, state="all") == []
    seen = {(act.file_name, act.state, act.reason) for act in activities(any_world, oper, folder="BCAN")}
    assert {(BCAN, "withdrawn", WHY), (f"{BCAN}.ok", "withdrawn", WHY)} <= seen
    assert refused_with(any_world.services.inbox.withdraw, oper, done.log_index, WHY) == 4523
    assert len([mail for mail in any_world.mails("CHAN01") if "withdrawn" in mail.subject]) == 1


def test_a_companion_alone_may_be_returned_and_its_file_stays(any_world: World, oper: Actor) -> None:
    facts: dict[str, Any] = {"folder": "BCAN", "input_date": date(2022, 5, 20), "version": 1}
    _, done = file(any_world, (BCAN, f"{BCAN}.ok"), **facts)
    any_world.services.inbox.give_back(oper, done.log_index, WHY)
    assert told(any_world, oper) == [(BCAN, 1, "accepted", None)]


# ── who comes again, and who is told ─────────────────────────────────────────────────────────────────────────────


def test_operators_are_mailed_once_of_each_version_that_follows_a_collected_one(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, staff = any_world, [any_world.actor(who) for who in ("OPER01", "OPER02")]
    one = submitted(world, chan, b"one").activity.log_index
    for who in staff * 3:
        picked_up(world, who, one)
        world.clock.move(minutes=2)
    assert alerts(world) == 0, "collecting mails nobody"
    two = submitted(world, chan, b"two").activity
    assert told(world, oper, state="again") == [(NAME, 2, "accepted", "collected")]
    assert alerts(world) == len(staff), "each operator once"
    submitted(world, chan, b"three")
    assert alerts(world) == len(staff), "of what was not collected since they know already"
    assert told(world, oper) == [(NAME, 3, "accepted", "collected")], "they hold the first version still"
    assert refused_with(picked_up, world, oper, two.log_index) == 4523
    submitted(world, chan, b"three")
    assert alerts(world) == len(staff), "the same bytes are no version"
    assert {mail.to for mail in world.mails() if "submitted again" in mail.subject} == {
        who.account.email for who in staff
    }


def test_a_replayed_file_is_taken_again_by_the_same_operator_within_the_minute(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    """What opens within a minute is one act; but not across a replay, or the file would never be collected again."""
    world, collecting = any_world, any_world.services.collecting
    one = submitted(world, chan, b"one").activity.log_index
    for _ in range(3):
        collecting.open(oper, "SD-1", "01234", THURSDAY, NAME).close()
        picked_up(world, oper, one)
    assert len(listed(world, chan)) == 3, "by SFTP without a reason, by console with one: each once"
    picked_up(world, oper, one, "another reason")
    assert len(listed(world, chan)) == 4, "another reason is another act"
    world.services.inbox.replay(oper, one, WHY)
    picked_up(world, oper, one)
    assert told(world, oper) == [] and told(world, oper, state="collected") == [(NAME, 1, "collected", "replayed")]
    assert refused_with(world.services.inbox.replay, oper, submitted(world, chan, b"2").activity.log_index, WHY) == 4523


def test_the_mail_goes_to_who_administers_the_company_where_the_submitter_is_gone(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    any_world.services.inbox.give_back(oper, one, WHY)
    told_of = {mail.to for mail in any_world.mails() if "returned" in mail.subject}
    with any_world.platform.store.reading() as rows:
        administrators = {one.email for one in rows.accounts_of("ACME") if one.services and one.state == "active"}
    assert told_of == administrators and len(administrators) >= 2


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_auditors_read_the_list_and_nothing_else_and_for_participants_it_is_not_there(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, one = any_world, submitted(any_world, chan, b"one").activity.log_index
    inbox_, collecting = world.services.inbox, world.services.collecting
    acts = (inbox_.replay, inbox_.withdraw, inbox_.give_back)
    auditor = world.actor("AUDIT01")
    assert told(world, auditor, state="all") == [(NAME, 1, "accepted", None)]
    assert [refused_with(act, auditor, one, WHY) for act in acts] == [2002] * 3
    assert refused_with(collecting.pick_up, auditor, one, WHY) == refused_with(collecting.one, auditor, one) == 4520
    for who in ("CHAN01", "WONGDA1", "ACMEBOT1", "HO01"):
        actor = world.actor(who)
        for act in (*acts, collecting.pick_up):
            assert refused_with(act, actor, one, WHY) == refused_with(act, actor, 99, WHY) == 2001
        assert refused_with(inbox_.page, actor, InboxFilter(), None, 10) == 2001
    world.services.access.suspend(world.actor("OPER02"), "OPER01")
    assert [refused_with(act, oper, one, WHY) for act in (*acts, collecting.pick_up)] == [1016] * 4
    assert listed(world, chan) == [("accepted", 1, None)] and len(collecting._handing_out._readings) == 0


def test_only_submissions_are_handled(any_world: World, chan: Actor, oper: Actor) -> None:
    one = submitted(any_world, chan, b"one").activity.log_index
    publication = publish(any_world).log_index
    acted = any_world.services.inbox.withdraw(oper, one, WHY).activity.log_index
    for place in (publication, acted, one + 1, 1 << 50):
        for act in (any_world.services.inbox.give_back, any_world.services.collecting.pick_up):
            assert refused_with(act, oper, place, WHY) == 2001


def test_a_hostile_reason_is_harmless_wherever_it_is_read(any_world: World, chan: Actor, oper: Actor) -> None:
    """The doors refuse it (9002); what came in all the same is escaped where it is kept."""
    one = submitted(any_world, chan, b"one").activity.log_index
    said = any_world.services.inbox.withdraw(oper, one, "a\x1b]52;c;Zm9v\x07\u202e\n" + "x" * 999).activity.reason or ""
    assert said.isprintable() and len(said) <= 600 and "\\x1b" in said
    (mail,) = [mail for mail in any_world.mails("CHAN01") if "withdrawn" in mail.subject]
    assert "\x1b" not in mail.text and "\u202e" not in mail.text and "\x1b" not in mail.subject
    (line,) = any_world.services.home.home(chan).returned
    assert line.reason == said


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_filtered_and_paged_folder_by_folder_the_newest_first(
    any_world: World, chan: Actor, oper: Actor
) -> None:
    world, day = any_world, date(2022, 5, 18)
    file(world, ("l1.csv", "l2.csv", "l3.csv"), folder="LOP")
    first, *_ = file(world, ("s1.csv", "s2.csv", "s3.csv"), identity_code="01235")
    file(world, ("s4.csv",), input_date=day)
    world.platform.store.write(lambda unit: unit.mark_collected(first.log_index, by=first.log_index))
    waiting = ["s4.csv", "s3.csv", "s2.csv", "l3.csv", "l2.csv", "l1.csv"]
    names = {limit: [it.activity.file_name for it in inbox(world, oper, limit=limit)] for limit in (1, 2, 3, 6, 500)}
    assert all(found == waiting for found in names.values()), names
    everything = [*waiting[:3], "s1.csv", *waiting[3:]]
    for limit in (1, 2, 4, 7):
        assert [it.activity.file_name for it in inbox(world, oper, limit=limit, state="all")] == everything
    for wanted, right in (
        ({"folder": "LOP"}, waiting[3:]),
        ({"folder": "RPT-TRD"}, []),
        ({"identity_code": "01235"}, ["s3.csv", "s2.csv"]),
        ({"input_date": day}, ["s4.csv"]),
        ({"state": "collected"}, ["s1.csv"]),
        ({"state": "again"}, []),
    ):
        assert [it.activity.file_name for it in inbox(world, oper, **wanted)] == right, wanted
    page = world.services.inbox.page(oper, InboxFilter(), None, 1)
    assert [(one.folder, one.waiting) for one in page.folders if one.waiting] == [("SD-1", 3), ("LOP", 3)]


def test_what_is_collected_while_somebody_pages_moves_nothing_of_what_still_waits(
    any_world: World, oper: Actor
) -> None:
    rows = file(any_world, tuple(f"f{number}.csv" for number in range(6)))
    page = any_world.services.inbox.page(oper, InboxFilter(state="all"), None, 2)
    shown = [it.activity.log_index for it in page.items]
    any_world.platform.store.write(lambda unit: unit.mark_collected(shown[-1], by=999))
    rest = any_world.services.inbox.page(oper, InboxFilter(state="all"), page.cursor, 500)
    found = [it.activity.log_index for it in rest.items]
    assert found[:4] == [row.log_index for row in reversed(rows)][2:]


def test_a_page_mark_is_good_for_its_own_list_alone(any_world: World, chan: Actor, oper: Actor) -> None:
    file(any_world, ("a.csv", "b.csv"))
    page, other = any_world.services.inbox.page, any_world.services.activity.page(oper, ActivityFilter(), None, 1)
    mark = page(oper, InboxFilter(), None, 1).cursor or ""
    number, _, sealed = mark.partition(".")
    for tried in (other.cursor or "", sealed, f"7.{sealed}", f"-1.{sealed}", f"x.{sealed}", ".", f"{number}.", "é", ""):
        assert refused_with(page, oper, InboxFilter(), tried, 1) == 9002, tried
    assert refused_with(page, oper, InboxFilter(state="all"), mark, 1) == 9002


def activities(world: World, who: Actor, **wanted: Any) -> list[Activity]:
    return list(world.services.activity.page(who, ActivityFilter(**wanted), None, 500).items)


def alerts(world: World) -> int:
    return len([mail for mail in world.mails() if "submitted again" in mail.subject])


def _due(world: World, who: Actor) -> str:
    owed = {(due.folder, due.identity_code): due.state for due in world.services.home.home(who).due}
    return owed["SD-1", "01234"]
