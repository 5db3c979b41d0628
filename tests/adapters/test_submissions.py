"""Submitting on both databases: versions, receipts and refusals."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete

from backend.adapters.database import tables
from backend.contract.faults import INCOMPLETE_UPLOAD, Refused
from backend.contract.messages import ActivityFilter, CheckRequest
from backend.contract.rules.receipts import leaf_hash, read_document
from backend.core import stagings
from backend.core.actor import Actor
from backend.core.claims import Upload
from tests.submitting import (
    NAME,
    THURSDAY,
    begun,
    broken_invariants,
    claim,
    listed,
    objects,
    refused_with,
    staged_files,
    submitted,
)
from tests.world import World

ID = "0" * 32


@pytest.fixture
def chan(any_world: World) -> Actor:
    return any_world.actor("CHAN01")


# ── accepted ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_accepted_file_has_bytes_row_and_receipt(any_world: World, chan: Actor) -> None:
    receipt = submitted(any_world, chan, b"a,b\n", ID)
    told = read_document(receipt.receipt)
    assert told["sha256"] == hashlib.sha256(b"a,b\n").hexdigest() and told["size"] == "4"
    assert told["submitter"] == "CHAN01" and told["submission"] == ID and told["version"] == "1"
    assert receipt.leaf_hash == leaf_hash(receipt.receipt).hex() and not receipt.replayed
    assert any_world.services.activity.one(chan, receipt.activity.log_index).receipt == receipt.receipt
    assert broken_invariants(any_world) == [] and (objects(any_world), staged_files(any_world)) == (1, 0)


def test_the_same_name_again_supersedes_and_keeps_the_older_as_evidence(any_world: World, chan: Actor) -> None:
    first = submitted(any_world, chan, b"one")
    second = submitted(any_world, chan, b"two")
    assert (second.activity.version, second.activity.supersedes) == (2, first.activity.log_index)
    assert listed(any_world, chan) == [("superseded", 1, None), ("accepted", 2, None)]
    again = any_world.services.activity.one(chan, first.activity.log_index)
    assert again.receipt == first.receipt and again.activity.superseded_by == second.activity.log_index
    assert broken_invariants(any_world) == [] and objects(any_world) == 2


def test_the_same_bytes_as_the_current_version_get_its_receipt(any_world: World, chan: Actor) -> None:
    first = submitted(any_world, chan, b"one")
    again = submitted(any_world, chan, b"one")
    assert again.replayed and again.receipt == first.receipt
    assert len(listed(any_world, chan)) == 1 and (objects(any_world), staged_files(any_world)) == (1, 0)


def test_bytes_of_an_older_version_are_a_new_version(any_world: World, chan: Actor) -> None:
    for data in (b"one", b"two", b"one"):
        receipt = submitted(any_world, chan, data)
    assert receipt.activity.version == 3 and broken_invariants(any_world) == []


def test_another_name_another_date_or_another_identity_is_another_file(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one")
    submitted(any_world, chan, b"two", file_name="SD_01234_20220519.csv")
    submitted(any_world, chan, b"one", file_name="SD1_01234_20220518.csv", input_date=date(2022, 5, 18))
    submitted(any_world, chan, b"one", file_name="SD1_01235_20220519.csv", identity_code="01235")
    assert listed(any_world, chan) == [("accepted", 1, None)] * 4


# ── the same submission id ───────────────────────────────────────────────────────────────────────────────────────


def test_the_same_id_has_its_own_outcome_whatever_came_after(any_world: World, chan: Actor) -> None:
    first = submitted(any_world, chan, b"one", ID)
    submitted(any_world, chan, b"two")
    again = submitted(any_world, chan, b"one", ID)
    assert again.replayed and again.receipt == first.receipt
    assert listed(any_world, chan) == [("superseded", 1, None), ("accepted", 2, None)]


def test_an_id_that_got_the_current_receipt_never_brings_old_bytes_back(any_world: World, chan: Actor) -> None:
    """Sent twice under two ids, then corrected; the second id's late retry must not undo the correction."""
    submitted(any_world, chan, b"one")
    second = submitted(any_world, chan, b"one", ID)
    submitted(any_world, chan, b"corrected")
    again = submitted(any_world, chan, b"one", ID)
    assert again.replayed and again.receipt == second.receipt
    assert listed(any_world, chan) == [("superseded", 1, None), ("accepted", 2, None)]


def test_a_refused_id_stays_refused_and_leaves_one_row(any_world: World, chan: Actor) -> None:
    for _ in range(3):
        assert refused_with(submitted, any_world, chan, b"x", ID, input_date=date(2022, 5, 18)) == 4505
    assert refused_with(submitted, any_world, chan, b"x", ID) == 4505, "even if the claim is right by now"
    assert listed(any_world, chan) == [("refused", None, 4505)]


def test_an_id_is_its_accounts_own(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one", ID)
    lee = any_world.actor("LEE02")
    receipt = submitted(any_world, lee, b"two", ID)
    assert not receipt.replayed and receipt.activity.login_id == "LEE02"


# ── refused ──────────────────────────────────────────────────────────────────────────────────────────────────────

WRONG: tuple[tuple[int, dict[str, Any]], ...] = (
    (4505, {"input_date": date(2022, 5, 18)}),
    (4505, {"file_name": "SD1_01235_20220519.csv"}),
    (4505, {"identity_code": "01235"}),
    (4505, {"identity_code": "09999", "file_name": "SD1_09999_20220519.csv"}),
    (4505, {"file_name": "../../etc/passwd"}),
    (4505, {"file_name": "[/b]\x1b[2J\x00.csv"}),
    (4505, {"file_name": "a" * 255}),
    (4505, {"file_name": "\ud800.csv"}),
    (4512, {"size": 0}),
    (4511, {"size": 4_294_967_297}),
    (4513, {"input_date": date(2022, 1, 3), "file_name": "SD1_01234_20220103.csv"}),
    (4501, {"folder": "BCAN"}),
    (4501, {"folder": "NO-SUCH"}),
    (4501, {"folder": "RPT-TRD"}),
    (4501, {"folder": "\x00\ud800"}),
    (4510, {"folder": "DECL", "file_name": "DECL_01234_20220519.pdf"}),
)


@pytest.mark.parametrize(("number", "wrong"), WRONG)
def test_what_is_wrong_is_refused_before_any_byte_and_by_the_check_alike(
    any_world: World, chan: Actor, number: int, wrong: dict[str, Any]
) -> None:
    said = {"size": 1, **wrong}
    assert refused_with(any_world.services.submissions.begin, chan, claim(**said)) == number
    request = CheckRequest.model_construct(**{**vars_of(claim(**said)), "sha256": None})
    assert refused_with(any_world.services.submissions.check, chan, request) == number
    assert listed(any_world, chan) == ([] if number == 4501 else [("refused", None, number)])
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


def vars_of(said: Any) -> dict[str, Any]:
    return {name: getattr(said, name) for name in ("folder", "identity_code", "input_date", "file_name", "size")}


def test_a_check_leaves_no_trace(any_world: World, chan: Actor) -> None:
    receipt = submitted(any_world, chan, b"one")
    sha256 = hashlib.sha256(b"one").hexdigest()
    request = CheckRequest(
        folder="SD-1", identity_code="01234", input_date=THURSDAY, file_name=NAME, size=3, sha256=sha256
    )
    with any_world.platform.store.reading() as rows:
        before = rows.head()
    check = any_world.services.submissions.check(chan, request)
    assert check.unchanged and check.replaces is not None and check.replaces.log_index == receipt.activity.log_index
    other = any_world.services.submissions.check(chan, request.model_copy(update={"sha256": "0" * 64}))
    assert not other.unchanged and other.cut_off is not None
    with any_world.platform.store.reading() as rows:
        assert rows.head() == before


def test_a_shown_refusal_has_the_words_it_was_refused_with(any_world: World, chan: Actor) -> None:
    with pytest.raises(Refused) as refused:
        submitted(any_world, chan, b"x", input_date=date(2022, 5, 18))
    page = any_world.services.activity.page(chan, ActivityFilter(), None, 1)
    assert page.items[0].fault_what == refused.value.what
    assert page.items[0].fault_remedy == refused.value.remedy
    assert page.items[0].size == 1


def test_fewer_bytes_than_said_submit_nothing(any_world: World, chan: Actor) -> None:
    upload = begun(any_world, chan, b"abc", size=10)
    assert isinstance(upload, Upload)
    assert refused_with(any_world.services.submissions.finish, chan, upload) == 4515
    assert listed(any_world, chan) == [] and (objects(any_world), staged_files(any_world)) == (0, 0)


def test_more_bytes_than_said_submit_nothing(any_world: World, chan: Actor) -> None:
    assert refused_with(submitted, any_world, chan, b"abcdef", size=3) == 4515
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


def test_other_bytes_than_hashed_submit_nothing(any_world: World, chan: Actor) -> None:
    assert refused_with(submitted, any_world, chan, b"abc", sha256="0" * 64) == 4517
    assert listed(any_world, chan) == [] and (objects(any_world), staged_files(any_world)) == (0, 0)


def test_a_hole_in_the_bytes_submits_nothing(any_world: World, chan: Actor) -> None:
    upload = any_world.services.submissions.begin(chan, claim())
    assert isinstance(upload, Upload)
    upload.write(0, b"abc")
    upload.write(5, b"f")
    assert refused_with(any_world.services.submissions.finish, chan, upload) == 4515


def test_an_empty_file_whose_size_was_not_said_is_refused_at_its_end(any_world: World, chan: Actor) -> None:
    assert refused_with(submitted, any_world, chan, b"", size=None) == 4512
    assert listed(any_world, chan) == [("refused", None, 4512)] and staged_files(any_world) == 0


def test_a_file_that_grows_beyond_the_limit_is_stopped_while_it_grows(any_world: World, chan: Actor) -> None:
    upload = any_world.services.submissions.begin(chan, claim())
    assert isinstance(upload, Upload)
    with pytest.raises(Refused) as refused:
        upload.write(4_294_967_290, b"1234567")
    assert refused.value.number == 4511 and upload.staging.size == 0
    assert refused_with(any_world.services.submissions.give_up, chan, upload, refused.value) == 4511
    assert listed(any_world, chan) == [("refused", None, 4511)] and staged_files(any_world) == 0


def test_a_cut_off_that_passes_during_an_upload_refuses_at_commit(any_world: World) -> None:
    ho = any_world.actor("HO01")
    any_world.clock.at = any_world.clock.at.replace(hour=3, minute=59)
    lop = {"folder": "LOP", "identity_code": "HBR01", "file_name": "LOP_HBR01_20220519.csv"}
    upload = begun(any_world, ho, b"account,series,long,short\n", **lop)
    assert isinstance(upload, Upload)
    any_world.clock.move(minutes=1, seconds=1)
    assert refused_with(any_world.services.submissions.finish, ho, upload) == 4513
    assert listed(any_world, ho) == [("refused", None, 4513)]
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


# ── taken away meanwhile ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_suspension_during_an_upload_refuses_it_at_commit(any_world: World, chan: Actor) -> None:
    upload = begun(any_world, chan, b"x")
    assert isinstance(upload, Upload)
    any_world.services.access.suspend(any_world.actor("WONGDA1"), "CHAN01")
    assert refused_with(any_world.services.submissions.finish, chan, upload) == 1016
    assert listed(any_world, any_world.actor("LEE02")) == []
    assert (objects(any_world), staged_files(any_world)) == (0, 0)


# ── too many refusals ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_61st_refusal_of_an_hour_is_counted_and_listed_later_once(any_world: World, chan: Actor) -> None:
    wrong: dict[str, Any] = {"size": 1, "input_date": date(2022, 5, 18)}
    begin = any_world.services.submissions.begin
    for _ in range(65):
        assert refused_with(begin, chan, claim(**wrong)) == 4505
    assert len(listed(any_world, chan)) == 60
    lee = any_world.actor("LEE02")
    assert refused_with(begin, lee, claim(**wrong)) == 4505, "another account is not held up"
    assert len(listed(any_world, chan)) == 61
    any_world.clock.move(hours=1)
    chan = any_world.actor("CHAN01")
    assert refused_with(begin, chan, claim(**wrong)) == 4505
    assert refused_with(begin, chan, claim(**wrong)) == 4505
    page = any_world.services.activity.page(chan, ActivityFilter(), None, 500)
    assert [item.count for item in page.items[:3]] == [None, 6, None]
    assert len(page.items) == 63


# ── rights that were taken away ──────────────────────────────────────────────────────────────────────────────────


def take_grants(world: World) -> None:
    with world.platform.store.engine.connect() as connection, connection.begin():
        connection.execute(delete(tables.grants))
    world.platform.store.write(lambda unit: unit.bump_access_epoch())


def test_an_account_without_functions_gets_no_earlier_receipt(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one", ID)
    again = any_world.services.submissions.begin(chan, claim("1" * 32, size=3))
    assert isinstance(again, Upload)
    again.write(0, b"one")
    take_grants(any_world)
    now = replace(chan, account=replace(chan.account, grants=()))
    assert refused_with(any_world.services.submissions.begin, now, claim(ID, size=3)) == 2000
    assert refused_with(any_world.services.submissions.finish, chan, again) == 2000


def test_an_earlier_receipt_is_behind_the_gate_of_its_own_folder(any_world: World, chan: Actor) -> None:
    submitted(any_world, chan, b"one", ID)
    held = tuple(grant for grant in chan.account.grants if grant.function == "EU_LOP")
    now = replace(chan, account=replace(chan.account, grants=held))
    assert refused_with(any_world.services.submissions.begin, now, claim(ID, folder="LOP", size=3)) == 4501


# ── refusals and what answers them ───────────────────────────────────────────────────────────────────────────────


def test_a_refusal_is_open_until_a_file_or_the_standing_bytes_follow(any_world: World, chan: Actor) -> None:
    def open_now() -> int:
        return len(any_world.services.home.home(chan).refused)

    def refuse() -> None:
        assert refused_with(begun, any_world, chan, b"") == 4512

    submitted(any_world, chan, b"one")
    refuse()
    assert open_now() == 1
    submitted(any_world, chan, b"one")
    assert open_now() == 0
    refuse()
    assert open_now() == 1
    submitted(any_world, chan, b"two")
    assert open_now() == 0


# ── what uploads may hold ────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_has_so_many_uploads_open_and_room_for_more_however_they_end(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions = any_world.services.submissions
    monkeypatch.setattr(submissions.stagings._slots, "_most_of_account", 3)
    uploads = [begun(any_world, chan, data) for data in (b"one", b"two")]
    uploads.append(submissions.begin(chan, claim()))
    assert refused_with(submissions.begin, chan, claim(size=3)) == 5005
    assert isinstance(submissions.begin(any_world.actor("LEE02"), claim(size=3)), Upload)
    first, second, third = (upload for upload in uploads if isinstance(upload, Upload))
    submissions.finish(chan, first)
    assert refused_with(submissions.give_up, chan, second, Refused(INCOMPLETE_UPLOAD, received=1, expected=2)) == 4515
    assert refused_with(submissions.finish, chan, third) == 4512
    assert len(submissions.stagings) == 1, "her own"
    for _ in range(4):
        assert submitted(any_world, chan, b"one").replayed
    assert len(submissions.stagings) == 1


def test_what_would_leave_too_little_room_is_refused_and_the_version_before_stands(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submitted(any_world, chan, b"one")
    submissions = any_world.services.submissions
    upload = submissions.begin(chan, claim())
    assert isinstance(upload, Upload)
    monkeypatch.setattr(any_world.platform.vault, "room", lambda: stagings.RESERVE + 2)
    assert refused_with(submissions.begin, chan, claim(size=3)) == 4516
    assert isinstance(submissions.begin(chan, claim(size=2)), Upload)
    assert refused_with(upload.write, 0, b"two") == 4516
    assert listed(any_world, chan) == [("accepted", 1, None)]
    assert any_world.services.activity.one(chan, first.activity.log_index).receipt == first.receipt


def test_the_unfinished_files_of_one_account_leave_free_as_much_as_they_take_however_they_end(
    any_world: World, chan: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions = any_world.services.submissions
    uploads = [submissions.begin(chan, claim()), submissions.begin(chan, claim())]
    first, second = (upload for upload in uploads if isinstance(upload, Upload))
    others = submissions.begin(any_world.actor("LEE02"), claim())
    assert isinstance(others, Upload)
    monkeypatch.setattr(any_world.platform.vault, "room", lambda: stagings.RESERVE + 10)
    first.write(0, b"1234")
    assert refused_with(second.write, 0, b"1234") == 5005
    assert refused_with(second.write, 1 << 20, b"1") == 5005, "a hole counts, too"
    first.write(0, b"abcd")
    others.write(0, b"12345")
    first.staging.truncate(1)
    second.write(0, b"1234")
    assert refused_with(first.write, 1, b"234") == 5005
    second.staging.abandon()
    first.write(1, b"234")
    first.staging.abandon()
    others.staging.abandon()
    assert not submissions.stagings._bytes
