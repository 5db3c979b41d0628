"""Uploads go on in the background: several at once, retried under one id, cancelled alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backend.contract.faults import BEGUN_AGAIN, DISAGREE, UNREACHABLE, Refused
from backend.contract.messages import Activity, Receipt
from ecp_tui.draft import Upload
from ecp_tui.transfers import Transfer, Transfers, new_submission_id

Progress = Callable[[int], None] | None


def upload(size: int = 100) -> Upload:
    return Upload(
        new_submission_id(), "SD-1", "01234", date(2022, 5, 12), "SD1_01234_20220512.csv", Path("x"), size, "0" * 64
    )


def receipt(of: Upload) -> Receipt:
    activity = Activity(
        log_index=1,
        at=datetime.now(UTC),
        act="submit",
        state="accepted",
        company="ACME",
        login_id="CHAN01",
        channel="console",
        submission=of.submission_id,
    )
    return Receipt(activity=activity, receipt="", leaf_hash="")


class Door:
    """What stands where the server would: answers as it is told, and remembers what it was asked."""

    def __init__(self, *answers: Refused | None) -> None:
        self.answers = list(answers)
        self.ids: list[str] = []
        self.kept = 0
        self.open = asyncio.Event()
        self.open.set()
        self.inside = self.most = 0

    async def send(self, wanted: Upload, progress: Progress) -> Receipt:
        self.ids.append(wanted.submission_id)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            if progress is not None and wanted.again:
                progress(self.kept)
            if progress is not None:
                progress(wanted.size // 2)
            await self.open.wait()
            answer = self.answers.pop(0) if self.answers else None
            if answer is not None:
                raise answer
            if progress is not None:
                progress(wanted.size)
            return receipt(wanted)
        finally:
            self.inside -= 1


def unreachable() -> Refused:
    return Refused(UNREACHABLE, server="https://x", why="away")


async def test_an_upload_ends_with_its_receipt_and_tells_of_every_step() -> None:
    transfers, seen = Transfers(Door().send), list[str]()
    transfers.listen(lambda moved: seen.append(moved.state))
    transfer = transfers.start(upload())
    await transfer.wait()
    assert transfer.state == "accepted"
    assert transfer.receipt is not None
    assert transfer.pace.share == 1
    assert seen == ["waiting", "sending", "sending", "confirming", "accepted"]


async def test_an_upload_on_which_nothing_moves_says_so_instead_of_its_last_rate() -> None:
    transfer = Transfer(upload(1000))
    transfer.begin()
    transfer.heard(10)
    transfer.pace._marks[-1] = (transfer.pace._marks[-1][0] - 12, 10)
    assert transfer.progress == "waiting for the server for 12 s"
    transfer.heard(20)
    assert transfer.progress.startswith("2 %")


async def test_a_server_out_of_reach_or_still_hearing_an_earlier_attempt_is_tried_again_under_the_same_id() -> None:
    door = Door(unreachable(), Refused(BEGUN_AGAIN, file_name="x"))
    transfer = Transfers(door.send, backoff=(0, 0)).start(upload())
    await transfer.wait()
    assert (transfer.state, transfer.fault, transfer.progress) == ("accepted", None, "accepted")
    assert len(door.ids) == 3
    assert len(set(door.ids)) == 1


async def test_after_the_last_attempt_it_says_9001_and_can_be_tried_again_by_hand() -> None:
    door = Door(unreachable(), unreachable())
    transfers = Transfers(door.send, backoff=(0,))
    transfer = transfers.start(upload())
    await transfer.wait()
    ended = [transfer.state]
    assert transfer.fault is not None
    assert transfer.fault.number == 9001
    transfers.retry(transfer)
    await transfer.wait()
    assert [*ended, transfer.state] == ["refused", "accepted"]
    assert transfer.fault is None
    assert len(set(door.ids)) == 1


async def test_an_upload_that_the_line_broke_goes_on_from_what_is_kept_and_does_not_give_up_while_more_is() -> None:
    door, heard = Door(*(unreachable() for _ in range(4))), list[tuple[str, int]]()
    transfers = Transfers(door.send, backoff=(0,))

    def moved(transfer: Transfer) -> None:
        if transfer.state == "retrying":
            door.kept += 10
        heard.append((transfer.state, transfer.pace.done))

    transfers.listen(moved)
    transfer = transfers.start(upload())
    await transfer.wait()
    assert transfer.state == "accepted"
    assert len(door.ids) == 5
    assert heard[2:6] == [("sending", 50), ("retrying", 50), ("retrying", 50), ("sending", 20)]


async def test_where_nothing_more_is_kept_it_gives_up_in_the_end() -> None:
    door = Door(*(unreachable() for _ in range(9)))
    door.kept = 10
    transfer = Transfers(door.send, backoff=(0, 0)).start(upload())
    await transfer.wait()
    assert transfer.state == "refused"
    assert len(door.ids) == 4, "two pauses, the first of them twice, since something had been kept"


def test_what_it_waits_for_is_said_with_what_is_kept_and_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecp_tui.pace.time.monotonic", lambda: 100.0)
    transfer = Transfer(upload(2_000_000_000))
    transfer.begin()
    transfer.pause(3)
    assert transfer.progress == "waiting for the line, again in 4 s"
    transfer.heard(1_200_000_000)
    transfer.pause(3)
    assert transfer.progress == "waiting for the line, 1.2 of 2.0 GB kept, again in 4 s"
    assert transfer.brief == "waiting, 1.2 of 2.0 GB kept"
    transfer.begin()
    assert transfer.progress == "waiting for the line, 1.2 of 2.0 GB kept, trying now"


async def test_cancelling_while_it_waits_tells_the_server_and_only_then_sends_again() -> None:
    door, said = Door(unreachable()), list[str]()
    told, released = asyncio.Event(), asyncio.Event()

    async def let_go(submission_id: str) -> None:
        said.append(submission_id)
        told.set()
        await released.wait()

    transfers = Transfers(door.send, let_go, backoff=(60,))
    transfer = transfers.start(upload())
    while transfer.retry_at is None:
        await asyncio.sleep(0)
    transfer.cancel()
    await told.wait()
    assert (transfer.state, transfers.running, said) == ("cancelled", [], door.ids)
    transfers.retry(transfer)
    await asyncio.sleep(0.01)
    assert len(door.ids) == 1, "it was sent again before the server had let go"
    released.set()
    await transfer.wait()
    assert transfer.state == "accepted"


@pytest.mark.parametrize("answer", [unreachable(), None])
async def test_a_server_that_does_not_hear_of_a_cancelling_keeps_nobody(
    answer: Refused | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecp_tui.transfers._LETTING_GO", 0.01)

    async def let_go(submission_id: str) -> None:
        if answer is not None:
            raise answer
        await asyncio.Event().wait()

    door = Door()
    door.open.clear()
    transfer = Transfers(door.send, let_go).start(upload())
    await asyncio.sleep(0.01)
    transfer.cancel()
    await asyncio.wait_for(transfer.wait(), 5)
    assert transfer.state == "cancelled"


async def test_a_refusal_is_final() -> None:
    door = Door(Refused(DISAGREE, what="x", fix="y"))
    transfer = Transfers(door.send).start(upload())
    await transfer.wait()
    assert transfer.state == "refused"
    assert len(door.ids) == 1


async def test_cancelling_one_leaves_the_others_alone() -> None:
    door = Door()
    door.open.clear()
    transfers = Transfers(door.send)
    first, second = transfers.start_all([upload(), upload()])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await first.wait()
    door.open.set()
    await second.wait()
    assert (first.state, second.state) == ("cancelled", "accepted")
    assert transfers.running == []


async def test_a_cancelled_upload_tells_the_truth_even_before_it_began() -> None:
    transfer = Transfers(Door().send).start(upload())
    transfer.cancel()
    await transfer.wait()
    assert transfer.state == "cancelled"


async def test_only_some_are_sent_at_once() -> None:
    door = Door()
    door.open.clear()
    transfers = Transfers(door.send, at_once=2)
    started = transfers.start_all(upload() for _ in range(5))
    await asyncio.sleep(0.01)
    assert [transfer.state for transfer in started].count("waiting") == 3
    door.open.set()
    for transfer in started:
        await transfer.wait()
    assert door.most == 2


async def test_closing_cancels_what_is_under_way() -> None:
    door = Door()
    door.open.clear()
    transfers = Transfers(door.send)
    transfer = transfers.start(upload())
    await asyncio.sleep(0.01)
    await transfers.close()
    assert transfer.state == "cancelled"


def test_rate_and_time_left_follow_the_last_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr("ecp_tui.pace.time.monotonic", lambda: next(clock))
    transfer = Transfer(upload(1000))
    transfer.begin()
    assert transfer.pace.rate is None
    transfer.heard(100)
    transfer.heard(200)
    assert transfer.pace.rate == pytest.approx(100)
    assert transfer.pace.eta == pytest.approx(8)
    assert transfer.pace.share == pytest.approx(0.2)
