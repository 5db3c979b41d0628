"""One-time tickets: who makes one, what comes by it, and that nothing is submitted but in its form."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.core import tickets as limits
from backend.core.actor import Actor
from tests.adapters.test_contents import BCAN, CLIENTS, LOP, POSITIONS
from tests.adapters.test_submissions import take_grants
from tests.databases import Prepared, reopened_world
from tests.submitting import broken_invariants, listed, objects, refused_with, staged_files
from tests.ticketing import ELSEWHERE, arrived, file, made, sent, submission
from tests.world import World

DATA = b"a,b\n1,2\n3,4"
LOP_FORM = {**LOP, "identity_code": "01234"}


@pytest.fixture
def chan(world: World) -> Actor:
    return world.actor("CHAN01")


def fault_of(world: World, actor: Actor, ticket_id: str) -> int:
    fault = world.services.tickets.progress(actor, ticket_id).fault
    return fault.number if fault is not None else 0


# ── from making to submitting ────────────────────────────────────────────────────────────────────────────────────


def test_a_file_comes_by_its_ticket_and_is_submitted_in_the_form_that_made_it(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan, file_name="SD1.csv")
    assert len(ticket.ticket) == 16 and set(ticket.ticket) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    assert (ticket.expires - world.clock.now()).total_seconds() == 600
    waiting = tickets.progress(chan, ticket.id)
    assert (waiting.state, waiting.file_name, waiting.received, waiting.size) == ("waiting", "SD1.csv", 0, None)

    delivery = tickets.begin(ticket.ticket.lower(), ELSEWHERE)
    delivery.write(DATA[:5])
    receiving = tickets.progress(chan, ticket.id)
    assert (receiving.state, receiving.received, receiving.sha256) == ("receiving", 5, None)
    assert (waiting.source, receiving.source) == (None, ELSEWHERE), "the form says where it comes from"
    delivery.write(DATA[5:])
    here = tickets.arrive(delivery)
    assert here == tickets.progress(chan, ticket.id)
    assert (here.state, here.size, here.rows) == ("arrived", len(DATA), 3)
    assert here.sha256 == hashlib.sha256(DATA).hexdigest()
    assert listed(world, chan) == [] and objects(world) == 0, "bytes alone are no submission"

    check = tickets.check(chan, ticket.id, file())
    assert (check.replaces, check.unchanged) == (None, False)
    receipt = tickets.submit(chan, ticket.id, submission())
    assert (receipt.activity.sha256, receipt.activity.channel) == (here.sha256, "console")
    assert receipt.activity.size == len(DATA)
    assert tickets.progress(chan, ticket.id).state == "used"
    assert (objects(world), staged_files(world), len(world.services.submissions.stagings)) == (1, 0, 0)
    assert not broken_invariants(world)


def test_the_same_submission_id_always_has_the_same_outcome_and_another_none(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket, once = arrived(world, chan, DATA), submission()
    receipt = tickets.submit(chan, ticket.id, once)
    again = tickets.submit(chan, ticket.id, once)
    assert (again.receipt, again.replayed) == (receipt.receipt, True)
    assert refused_with(tickets.submit, chan, ticket.id, submission()) == 4521
    assert refused_with(tickets.check, chan, ticket.id, file()) == 4521
    assert listed(world, chan) == [("accepted", 1, None)]


def test_a_form_that_changed_its_mind_is_judged_on_what_it_says_at_submission(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = arrived(world, chan, DATA)
    tickets.check(chan, ticket.id, file())
    other: dict[str, Any] = {"input_date": world.clock.now().date()}
    assert refused_with(tickets.check, chan, ticket.id, file(**other)) == 4505
    wrong = submission(**other)
    assert refused_with(tickets.submit, chan, ticket.id, wrong) == 4505
    assert refused_with(tickets.submit, chan, ticket.id, wrong) == 4505, "the same id, the same outcome"
    assert refused_with(tickets.submit, chan, ticket.id, submission(identity_code="99999")) == 4505
    assert refused_with(tickets.submit, chan, ticket.id, submission(folder="CPM")) == 4501
    assert tickets.submit(chan, ticket.id, submission()).activity.version == 1, "the bytes are still there"
    assert not broken_invariants(world)


def test_what_arrived_is_judged_by_the_folders_rule_before_and_at_submission(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    wrong = arrived(world, chan, POSITIONS, b"A2,,x,0\n")
    with pytest.raises(Refused) as refused:
        tickets.check(chan, wrong.id, file(**LOP_FORM))
    assert refused.value.number == 4514 and len(refused.value.findings) == 2
    assert listed(world, chan) == [], "a check leaves no trace"
    assert refused_with(tickets.submit, chan, wrong.id, submission(**LOP_FORM)) == 4514
    assert (fault_of(world, chan, wrong.id), staged_files(world)) == (4514, 0)
    assert listed(world, chan) == [("refused", None, 4514)]
    right = arrived(world, chan, POSITIONS)
    tickets.check(chan, right.id, file(**LOP_FORM))
    assert tickets.submit(chan, right.id, submission(**LOP_FORM)).activity.folder == "LOP"


def test_an_empty_file_arrives_and_is_refused_as_such_unless_it_is_a_companion(world: World) -> None:
    world.clock.move(hours=-4)
    tai = world.actor("TAI09")
    tickets = world.services.tickets
    tickets.submit(tai, arrived(world, tai, CLIENTS).id, submission(**BCAN))
    empty = arrived(world, tai)
    assert tickets.progress(tai, empty.id).rows == 0
    assert refused_with(tickets.check, tai, empty.id, file(**BCAN)) == 4512
    companion = {**BCAN, "file_name": BCAN["file_name"] + ".ok"}
    tickets.check(tai, empty.id, file(**companion))
    assert tickets.submit(tai, empty.id, submission(**companion)).activity.size == 0


def test_comparing_takes_the_hash_and_keeps_no_bytes(world: World) -> None:
    administrator = world.actor("WONGDA1")
    tickets = world.services.tickets
    assert refused_with(made, world, administrator) == 2000, "who may not submit may still compare"
    ticket = made(world, administrator, "compare")
    delivery = tickets.begin(ticket.ticket, ELSEWHERE)
    delivery.write(DATA)
    assert (staged_files(world), len(world.services.submissions.stagings)) == (0, 0)
    progress = tickets.arrive(delivery)
    assert (progress.sha256, progress.rows) == (hashlib.sha256(DATA).hexdigest(), 3)
    assert refused_with(tickets.check, administrator, ticket.id, file()) == 4521
    chan = world.actor("CHAN01")
    mine = made(world, chan, "compare")
    sent(world, mine.ticket, DATA)
    assert refused_with(tickets.submit, chan, mine.id, submission()) == 4521
    assert objects(world) == 0


def test_the_name_told_with_the_bytes_is_the_files_and_holds_nothing_a_terminal_obeys(
    world: World, chan: Actor
) -> None:
    ticket = made(world, chan, file_name="typed.csv")
    progress = sent(world, ticket.ticket, DATA, file_name="\x1b]52;c;x\x07chosen.csv")
    assert progress.file_name is not None and progress.file_name.endswith("chosen.csv")
    assert progress.file_name.isprintable()


# ── who may, and until when ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("login_id", "number"), [("WONGDA1", 2000), ("OPER01", 2002), ("AUDIT01", 2002)])
def test_who_submits_to_no_folder_gets_no_ticket_to_submit(world: World, login_id: str, number: int) -> None:
    assert refused_with(made, world, world.actor(login_id)) == number
    assert len(world.services.tickets) == 0


def test_nobody_else_sees_a_ticket_not_even_the_same_person_in_another_session(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = arrived(world, chan, DATA)
    for other in (world.actor("LEE02"), world.actor("CHAN01"), world.actor("OPER01")):
        assert refused_with(tickets.progress, other, ticket.id) == 2001
        assert refused_with(tickets.check, other, ticket.id, file()) == 2001
        assert refused_with(tickets.submit, other, ticket.id, submission()) == 2001
        assert refused_with(tickets.drop, other, ticket.id) == 2001
    assert refused_with(tickets.progress, chan, "0" * 32) == 2001
    assert tickets.progress(chan, ticket.id).state == "arrived"


def test_a_ticket_lives_ten_minutes_and_what_came_by_it_an_hour(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    late, early = made(world, chan), made(world, chan)
    world.clock.move(minutes=9, seconds=59)
    sent(world, early.ticket, DATA)
    world.clock.move(seconds=1)
    assert refused_with(tickets.begin, late.ticket, ELSEWHERE) == 4521
    assert (tickets.progress(chan, late.id).state, fault_of(world, chan, late.id)) == ("expired", 4521)
    for _ in range(59):
        world.clock.move(minutes=1)
        world.platform.store.write(lambda unit: unit.touch_session(chan.session or b"", world.clock.now()))
    tickets.expire()
    assert (tickets.progress(chan, early.id).state, staged_files(world)) == ("arrived", 1)
    world.clock.move(minutes=1)
    tickets.expire()
    assert (staged_files(world), len(world.services.submissions.stagings)) == (0, 0)
    assert refused_with(tickets.submit, chan, early.id, submission()) == 4521


def end_session(world: World, chan: Actor) -> None:
    world.platform.store.write(lambda unit: unit.end_session(chan.session or b""))


def suspend(world: World, chan: Actor) -> None:
    world.services.access.suspend(world.actor("WONGDA1"), chan.login_id)


@pytest.mark.parametrize(("taken", "number"), [(end_session, 1005), (suspend, 1005), (take_grants, 2000)])
def test_what_was_taken_away_since_is_noticed_when_bytes_begin(
    world: World, chan: Actor, taken: Callable[..., None], number: int
) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan)
    taken(world) if taken is take_grants else taken(world, chan)
    assert refused_with(tickets.begin, ticket.ticket, ELSEWHERE) in {number, 1016}
    assert refused_with(tickets.begin, ticket.ticket, ELSEWHERE) == 4521, "it has ended"
    assert staged_files(world) == 0


@pytest.mark.parametrize("taken", [end_session, suspend])
def test_bytes_on_their_way_stop_and_go_with_the_session(
    world: World, chan: Actor, taken: Callable[[World, Actor], None]
) -> None:
    tickets = world.services.tickets
    here, coming = arrived(world, chan, DATA), tickets.begin(made(world, chan).ticket, ELSEWHERE)
    coming.write(DATA)
    assert staged_files(world) == 2
    taken(world, chan)
    tickets.expire()
    assert refused_with(coming.write, DATA) in {1005, 1016}
    assert refused_with(tickets.arrive, coming) in {1005, 1016}
    assert refused_with(tickets.submit, chan, here.id, submission()) in {1005, 1016}
    assert (staged_files(world), len(world.services.submissions.stagings)) == (0, 0)


def test_a_suspension_stops_bytes_on_their_way_by_itself(world: World, chan: Actor) -> None:
    coming = world.services.tickets.begin(made(world, chan).ticket, ELSEWHERE)
    suspend(world, chan)
    for _ in range(300):
        if not coming.open:
            break
        threading.Event().wait(0.01)
    assert refused_with(coming.write, DATA) in {1005, 1016}


def test_a_function_taken_away_before_submission_refuses_it(world: World, chan: Actor) -> None:
    ticket = arrived(world, chan, DATA)
    take_grants(world)
    assert refused_with(world.services.tickets.submit, chan, ticket.id, submission()) == 2000
    assert (objects(world), listed(world, world.actor("WONGDA1"))) == (0, [])


# ── one use, and no more than may be ─────────────────────────────────────────────────────────────────────────────


def outcomes(calls: list[Callable[[], Any]]) -> list[Any]:
    together = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        together.wait(10)
        try:
            return call()
        except Refused as refused:
            return refused.number

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def test_of_many_who_use_a_ticket_at_once_one_wins(world: World, chan: Actor) -> None:
    ticket = made(world, chan).ticket
    found = outcomes([lambda: world.services.tickets.begin(ticket, ELSEWHERE)] * 6)
    assert sorted(one for one in found if isinstance(one, int)) == [4521] * 5
    assert staged_files(world) == 1


def test_of_many_submissions_at_once_one_is_accepted_and_every_answer_is_true(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket, once = arrived(world, chan, DATA), submission()
    same: list[Callable[[], Any]] = [lambda: tickets.submit(chan, ticket.id, once)] * 3
    others: list[Callable[[], Any]] = [lambda: tickets.submit(chan, ticket.id, submission())] * 3
    found = outcomes(same + others)
    assert {one for one in found if isinstance(one, int)} <= {4521, 5005}
    assert len({one.receipt for one in found if not isinstance(one, int)}) == 1
    assert listed(world, chan) == [("accepted", 1, None)]
    assert not broken_invariants(world)


def test_whoever_waits_for_its_turn_gets_the_receipt_of_the_same_submission(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket, once = arrived(world, chan, DATA), submission()
    found = outcomes([lambda: tickets.submit(chan, ticket.id, once)] * 2)
    assert not [one for one in found if isinstance(one, int)]
    assert (len({one.receipt for one in found}), listed(world, chan)) == (1, [("accepted", 1, None)])


def test_a_line_that_broke_spends_the_ticket_and_says_how_much_came(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan)
    delivery = tickets.begin(ticket.ticket, ELSEWHERE, size=100)
    delivery.write(DATA)
    assert delivery.cut().number == 4515
    progress = tickets.progress(chan, ticket.id)
    assert progress.fault is not None
    assert (progress.state, progress.received, progress.size) == ("refused", len(DATA), None)
    assert progress.fault.values == {"received": str(len(DATA)), "expected": "100"}
    assert refused_with(tickets.begin, ticket.ticket, ELSEWHERE) == 4521
    assert refused_with(tickets.submit, chan, ticket.id, submission()) == 4515
    assert refused_with(delivery.write, DATA) == 4515
    short = tickets.begin(made(world, chan).ticket, ELSEWHERE, size=len(DATA) + 1)
    short.write(DATA)
    assert refused_with(tickets.arrive, short) == 4515, "a body that ends before its length"
    assert staged_files(world) == 0


def test_more_than_the_largest_folder_takes_is_cut_at_the_limit(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan)
    declared = made(world, chan)
    assert refused_with(tickets.begin, declared.ticket, ELSEWHERE, size=declared.most + 1) == 4511
    assert fault_of(world, chan, declared.id) == 4511
    delivery = tickets.begin(ticket.ticket, ELSEWHERE)
    delivery.received = ticket.most - 5
    assert refused_with(delivery.write, b"123456") == 4511
    assert refused_with(delivery.write, b"1") == 4511
    assert (fault_of(world, chan, ticket.id), staged_files(world)) == (4511, 0)


def test_where_there_is_no_room_nothing_is_kept(world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan)
    delivery = tickets.begin(ticket.ticket, ELSEWHERE)
    monkeypatch.setattr(world.platform.vault, "room", lambda: 0)
    assert refused_with(delivery.write, DATA) == 4516
    assert (fault_of(world, chan, ticket.id), staged_files(world)) == (4516, 0)


def test_however_many_tickets_one_account_makes_few_are_open_and_few_remembered(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    first = made(world, chan)
    for _ in range(2_000):
        last = made(world, chan)
    assert len(tickets) == limits.MOST_REMEMBERED
    assert refused_with(tickets.begin, first.ticket, ELSEWHERE) == 4521
    sent(world, last.ticket, DATA)
    assert made(world, world.actor("LEE02")), "nobody else is kept out"


def test_files_that_arrived_and_wait_do_not_give_way_to_new_tickets(world: World, chan: Actor) -> None:
    waiting = [arrived(world, chan, DATA) for _ in range(limits.MOST_OPEN)]
    assert refused_with(made, world, chan) == 5005
    world.services.tickets.drop(chan, waiting[0].id)
    assert refused_with(world.services.tickets.progress, chan, waiting[0].id) == 2001
    assert made(world, chan)
    assert staged_files(world) == limits.MOST_OPEN - 1


def test_where_too_many_files_wait_the_oldest_of_who_has_most_gives_way(
    world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_ARRIVED", 3)
    lee = world.actor("LEE02")
    chan = world.actor("CHAN01")
    one = arrived(world, lee, DATA)
    many = []
    for _ in range(3):
        world.clock.move(seconds=1)
        many.append(arrived(world, chan, DATA))
    states = [world.services.tickets.progress(chan, each.id).state for each in many]
    assert states == ["expired", "arrived", "arrived"]
    assert world.services.tickets.progress(lee, one.id).state == "arrived"
    assert staged_files(world) == 3


def test_guessing_shuts_out_its_source_and_nobody_else(world: World, chan: Actor) -> None:
    tickets = world.services.tickets
    ticket = made(world, chan).ticket
    guesses = ["A" * 16, "", "x", "é" * 16, "\ud800", "A" * 10_000, *(f"{number:016}" for number in range(4))]
    numbers = [refused_with(tickets.begin, guess, "203.0.113.9") for guess in guesses]
    assert numbers == [4521] * limits.MOST_GUESSES
    assert refused_with(tickets.begin, ticket, "203.0.113.9") == 1007, "even the right one"
    sent(world, ticket, DATA)
    world.clock.move(minutes=1)
    assert refused_with(tickets.begin, ticket, "203.0.113.9") == 4521


def test_the_ticket_itself_is_kept_nowhere(world: World, chan: Actor) -> None:
    ticket = made(world, chan)
    assert ticket.ticket not in repr(ticket)
    (delivery,) = world.services.tickets._deliveries.values()
    assert ticket.ticket not in repr([getattr(delivery, name) for name in vars(delivery)])


def test_closing_the_platform_leaves_nothing_staged(world: World, chan: Actor) -> None:
    arrived(world, chan, DATA)
    coming = world.services.tickets.begin(made(world, chan).ticket, ELSEWHERE)
    coming.write(DATA)
    world.services.tickets.close()
    assert staged_files(world) == 0
    assert refused_with(coming.write, DATA) == 4521


def test_dropping_while_the_file_is_read_waits_for_its_reader(world: World, chan: Actor) -> None:
    ticket = arrived(world, chan, DATA)
    (delivery,) = world.services.tickets._deliveries.values()
    with delivery.turn():
        staging = delivery.staged()
        world.services.tickets.drop(chan, ticket.id)
        assert staging.read(0, 3) == DATA[:3]
    assert staged_files(world) == 0


def test_few_large_files_of_one_account_are_judged_at_once(
    world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LARGE", 1)
    tickets = world.services.tickets
    here = [arrived(world, chan, DATA) for _ in range(3)]
    with ExitStack() as busy:
        for ticket in here[:2]:
            busy.enter_context(tickets._turn(tickets._own(chan, ticket.id)))
        assert refused_with(tickets.check, chan, here[2].id, file()) == 5005
        lee = world.actor("LEE02")
        assert tickets.check(lee, arrived(world, lee, DATA).id, file()), "nobody else waits"
    assert tickets.check(chan, here[2].id, file())


def test_what_a_crash_leaves_is_staged_bytes_and_a_day_later_nothing(
    world: World, chan: Actor, prepared_sqlite: Prepared, tmp_path: Path
) -> None:
    ticket, coming = arrived(world, chan, DATA), world.services.tickets.begin(made(world, chan).ticket, ELSEWHERE)
    coming.write(DATA)
    shutil.copytree(world.platform.settings.data_dir, tmp_path / "as it was killed")
    with reopened_world(prepared_sqlite, tmp_path / "as it was killed") as after:
        assert refused_with(after.services.tickets.begin, ticket.ticket, ELSEWHERE) == 4521
        assert (staged_files(after), objects(after), listed(after, chan)) == (2, 0, [])
        after.clock.at = datetime.now(UTC) + timedelta(hours=25)
        after.platform.sweep()
        assert (staged_files(after), objects(after)) == (0, 0)
