"""One file for many, on both databases: all or nothing, the bytes once, and whatever happens to one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from backend.contract.faults import UNEXPECTED, Refused
from backend.contract.messages import ActivityFilter, PublishCheckRequest, PublishedQuery
from backend.core.accounts import Identity
from backend.core.actor import Actor
from backend.core.checking import check
from backend.core.editions import Edition
from backend.core.published_files import PublishedFiles
from backend.core.publishing import Publishing
from backend.core.sweep import sweep
from tests.publishing import contents, listed_in
from tests.submitting import broken_invariants, listed, objects, refused_with, staged_files
from tests.world import World

PRICES = "CLP_20220520.csv"
CODES = ["01234", "01235", "09999", "ACM01", "HBR01", "HBR02"]
WHY = "the prices of another day"
_ALL = ActivityFilter()


@pytest.fixture
def operator(any_world: World) -> Actor:
    return any_world.actor("OPER01")


@pytest.fixture
def publishing(any_world: World) -> Publishing:
    return any_world.services.publishing


@pytest.fixture
def files(any_world: World) -> PublishedFiles:
    return any_world.services.published_files


def put_out(
    world: World, data: bytes, to: str = "ALL", name: str = PRICES, folder: str = "RPT-CLP", *, notice: bool = False
) -> Edition:
    actor, publishing = world.actor("OPER01"), world.services.publishing
    upload = publishing.begin(actor, folder, to, name)
    upload.write(0, data)
    return publishing.finish(actor, upload, len(data), notice=notice)


def fetched(world: World, who: str, identity_code: str, name: str = PRICES) -> bytes:
    actor, downloads = world.actor(who), world.services.downloads
    return contents(downloads.open(actor, downloads.find(actor, identity_code, "RPT-CLP", name)))


def new_identity(world: World, code: str) -> None:
    joined, now = Identity(code, "ACME", "SEHK", f"{code} Ltd"), world.clock.now()
    world.platform.store.write(lambda unit: unit.put_identity(joined, now))


def test_everybody_gets_a_row_of_their_own_and_the_bytes_lie_once(any_world: World, files: PublishedFiles) -> None:
    done = put_out(any_world, b"one")
    assert sorted(one.identity_code for one in done.files) == CODES == sorted(done.new)
    assert {one.version for one in done.files} == {1} and objects(any_world) == 1
    assert fetched(any_world, "CHAN01", "01234") == fetched(any_world, "TAI09", "09999") == b"one"
    page = files.page(any_world.actor("AUDIT01"), PublishedQuery(folder="RPT-CLP"))
    assert [(one.to, one.identities, one.fetched) for one in page.items] == [(("ALL",), 6, 2)]
    detail = files.one(any_world.actor("OPER02"), done.number)
    assert [one.identity_code for one in detail.recipients] == ["01235", "ACM01", "HBR01", "HBR02", "01234", "09999"]
    assert [one.fetched_by for one in detail.recipients][-2:] == ["CHAN01", "TAI09"]
    assert broken_invariants(any_world) == [] and staged_files(any_world) == 0
    assert listed(any_world, any_world.actor("TAI09")) == [("published", 1, None), ("fetched", None, None)]


@pytest.mark.parametrize(
    ("to", "codes"),
    [
        ("COMPANY-ACME", ["01234", "01235", "ACM01"]),
        ("TYPE-SEHK", ["01234", "01235", "09999"]),
        ("09999", ["09999"]),
        ("ALL", CODES),
    ],
)
def test_a_word_says_whom_it_reaches(any_world: World, to: str, codes: list[str]) -> None:
    assert sorted(one.identity_code for one in put_out(any_world, b"x", to).files) == codes


@pytest.mark.parametrize(
    "to",
    ["COMPANY-NONE", "COMPANY-", "TYPE-", "TYPE-NONE", "COMPANY-acme", "all", "", "*", "ALL ", "COMPANY-ACME\0", "-"],
)
def test_a_word_that_reaches_nobody_is_not_there(
    any_world: World, operator: Actor, publishing: Publishing, files: PublishedFiles, to: str
) -> None:
    put_out(any_world, b"x")
    assert refused_with(publishing.begin, operator, "RPT-CLP", to, PRICES) == 2001
    assert refused_with(publishing.find, operator, "RPT-CLP", to, PRICES) == 2001
    assert refused_with(publishing.withdraw, operator, "RPT-CLP", to, PRICES, WHY) == 2001
    asked = PublishCheckRequest(folder="RPT-CLP", to=to.replace("\0", "?"), file_name=PRICES)
    assert refused_with(files.check, operator, asked) == 2001


def test_the_same_bytes_are_new_for_those_who_joined_since_and_for_nobody_else(any_world: World) -> None:
    first = put_out(any_world, b"one")
    again = put_out(any_world, b"one")
    assert (again.number, again.new, again.files) == (first.number, frozenset(), first.files)
    new_identity(any_world, "01299")
    joined = put_out(any_world, b"one")
    assert (joined.number, joined.new, len(joined.files)) == (first.number, frozenset({"01299"}), 7)
    assert objects(any_world) == 1 and broken_invariants(any_world) == []
    with any_world.platform.store.reading() as rows:
        assert len(rows.edition(first.number)) == 7


def test_a_file_of_one_becomes_everybodys_by_the_same_bytes(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    one = put_out(any_world, b"one", "01234")
    everybody = put_out(any_world, b"one")
    assert (everybody.number, sorted(everybody.new)) == (one.number, CODES[1:]) and objects(any_world) == 1
    assert publishing.find(operator, "RPT-CLP", "ALL", PRICES).size == 3
    publishing.withdraw(operator, "RPT-CLP", "01234", PRICES, WHY)
    assert fetched(any_world, "TAI09", "09999") == b"one", "the owner of the bytes has gone, they have not"
    assert publishing.find(operator, "RPT-CLP", "ALL", PRICES).size == 3


def test_other_bytes_are_the_next_version_for_everybody(any_world: World, files: PublishedFiles) -> None:
    put_out(any_world, b"one")
    put_out(any_world, b"two", "01234")
    third = put_out(any_world, b"three")
    assert {one.version for one in third.files} == {3} and len(third.new) == 6
    assert fetched(any_world, "CHAN01", "01234") == fetched(any_world, "TAI09", "09999") == b"three"
    assert [one.edition for one in files.page(any_world.actor("OPER01"), PublishedQuery()).items] == [third.number]
    assert objects(any_world) == 3 and broken_invariants(any_world) == []
    put_out(any_world, b"two", "01235")
    mixed = put_out(any_world, b"three")
    assert (mixed.number, mixed.new) == (third.number, frozenset({"01235"})), (
        "who has it keeps it, who had another gets it"
    )
    assert {one.identity_code: one.version for one in mixed.files} == dict.fromkeys(CODES, 3) | {"01235": 5}


def test_a_publication_is_withdrawn_for_one_or_for_all_and_recipients_read_why(
    any_world: World, operator: Actor, publishing: Publishing, files: PublishedFiles
) -> None:
    done = put_out(any_world, b"one")
    publishing.withdraw_edition(operator, done.number, WHY, "01234")
    downloads = any_world.services.downloads
    assert refused_with(downloads.find, any_world.actor("CHAN01"), "01234", "RPT-CLP", PRICES) == 2001
    assert fetched(any_world, "TAI09", "09999") == b"one"
    assert files.one(operator, done.number).publication.identities == 5
    for nobody in ("01234", "77777", ""):
        assert refused_with(publishing.withdraw_edition, operator, done.number, WHY, nobody) == 2001
    publishing.withdraw(operator, "RPT-CLP", "ALL", PRICES, WHY)
    assert refused_with(downloads.find, any_world.actor("TAI09"), "09999", "RPT-CLP", PRICES) == 2001
    for gone in (
        lambda: publishing.withdraw(operator, "RPT-CLP", "ALL", PRICES, WHY),
        lambda: publishing.withdraw_edition(operator, done.number, WHY),
        lambda: publishing.find(operator, "RPT-CLP", "ALL", PRICES),
        lambda: files.one(operator, done.number),
    ):
        assert refused_with(gone) == 2001
    assert listed_in(publishing.published(operator, "RPT-CLP", "ALL")) == []
    page = any_world.services.activity.page
    mine = page(any_world.actor("TAI09"), _ALL, None, 9).items
    assert [(one.state, one.reason) for one in mine if one.act == "withdrawn"] == [("withdrawn", WHY)]
    again = put_out(any_world, b"one")
    assert {one.version for one in again.files} == {2} and len(again.new) == 6
    assert broken_invariants(any_world) == []


def test_what_is_no_publication_is_not_withdrawn(any_world: World, operator: Actor, publishing: Publishing) -> None:
    done = put_out(any_world, b"one")
    last = max(one.log_index for one in done.files)
    for number in (last, done.number - 1, 10**9):
        assert refused_with(publishing.withdraw_edition, operator, number, WHY) == 2001
    assert len(any_world.services.published_files.one(operator, done.number).recipients) == 6


def test_a_name_that_holds_an_identity_agrees_for_that_one_alone(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    name = "TRD_01234_20220520.csv"
    with pytest.raises(Refused) as refused:
        publishing.begin(operator, "RPT-TRD", "ALL", name)
    assert refused.value.number == 4505 and refused.value.values["chosen"] == "01235, 09999"
    assert "Publish it to identity 01234 alone" in refused.value.remedy
    with pytest.raises(Refused) as refused:
        publishing.begin(operator, "RPT-TRD", "COMPANY-TAIMAN", name)
    assert (refused.value.number, refused.value.values["in_name"]) == (4505, "01234")
    assert put_out(any_world, b"x", "01234", name, "RPT-TRD").new == {"01234"}
    draft = publishing.begin(operator, "RPT-TRD", "ALL", "x.filepart")
    assert refused_with(publishing.named, operator, draft, "RPT-TRD", "ALL", name) == 4505
    draft.staging.abandon()


def test_who_joins_on_the_way_gets_it_and_who_leaves_does_not(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    upload = publishing.begin(operator, "RPT-CLP", "ALL", PRICES)
    upload.write(0, b"x")
    new_identity(any_world, "01299")
    now = any_world.clock.now()
    any_world.platform.store.write(lambda unit: unit.close_company("TAIMAN", now))
    any_world.platform.store.write(lambda unit: unit.remove_identity("01235", now))
    done = publishing.finish(operator, upload, 1)
    assert sorted(done.new) == ["01234", "01299", "ACM01", "HBR01", "HBR02"]
    alone = publishing.begin(operator, "RPT-CLP", "COMPANY-HARBOUR", PRICES)
    alone.write(0, b"y")
    any_world.platform.store.write(lambda unit: unit.close_company("HARBOUR", now))
    assert refused_with(publishing.finish, operator, alone, 1) == 2001
    assert objects(any_world) == 1 and staged_files(any_world) == 0


def test_whatever_fails_on_the_way_nobody_has_it(
    any_world: World, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database refuses the last of them: none of the others has the file either."""
    put_out(any_world, b"one")
    before = listed(any_world, operator)
    record_all = type(any_world.services.publishing._ledger).record_all

    def breaks(*args: Any, **kwargs: Any) -> None:
        record_all(*args, **kwargs)
        raise Refused(UNEXPECTED, reference="the commit")

    monkeypatch.setattr(type(any_world.services.publishing._ledger), "record_all", breaks)
    assert refused_with(put_out, any_world, b"two", notice=True) == 9000
    monkeypatch.undo()
    assert listed(any_world, operator) == before and objects(any_world) == 1
    assert fetched(any_world, "CHAN01", "01234") == b"one"
    assert broken_invariants(any_world) == []


def test_shared_bytes_are_never_swept_and_a_check_finds_them_for_everybody(
    any_world: World, operator: Actor, publishing: Publishing
) -> None:
    done = put_out(any_world, b"one")
    publishing.withdraw_edition(operator, done.number, WHY, done.files[0].identity_code)
    platform = any_world.platform
    any_world.clock.move(days=3)
    assert sweep(platform.store, platform.vault, any_world.clock) == 0
    found = check(platform.store, platform.vault, any_world.clock)
    assert (found.log, found.damaged, found.orphans, found.files) == ([], [], 0, 6)
    with platform.store.reading() as rows:
        key = rows.activity(done.files[-1].log_index).object_key  # type: ignore[union-attr]  # it was just published
    platform.vault.delete(key or "")
    assert len(check(platform.store, platform.vault, any_world.clock).damaged) == 6
    assert refused_with(fetched, any_world, "TAI09", "09999") == 9000


def test_two_who_publish_at_once_make_one_publication_after_the_other(any_world: World) -> None:
    ready = threading.Barrier(4)

    def go(data: bytes) -> Edition:
        actor, publishing = actors.pop(), any_world.services.publishing
        upload = publishing.begin(actor, "RPT-CLP", "ALL", PRICES)
        upload.write(0, data)
        ready.wait(20)
        return publishing.finish(actor, upload, len(data))

    actors = [any_world.actor(who) for who in ("OPER01", "OPER02") * 2]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(go, (b"same", b"same", b"same", b"same")))
    assert len({one.number for one in done}) == 1 and sorted(len(one.new) for one in done) == [0, 0, 0, 6]
    actors = [any_world.actor(who) for who in ("OPER01", "OPER02") * 2]
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(go, (b"a", b"b", b"c", b"d")))
    assert sorted(one.files[0].version for one in others) == [2, 3, 4, 5]
    assert broken_invariants(any_world) == [] and objects(any_world) == 5


def test_publishing_withdrawing_closing_and_fetching_at_once_leave_whole_editions(any_world: World) -> None:
    """Whatever came first: who finds the file can read all of it, and every row stands on its bytes."""
    done = put_out(any_world, b"one")
    publishing, downloads = any_world.services.publishing, any_world.services.downloads
    oper, chan, tai = (any_world.actor(who) for who in ("OPER01", "CHAN01", "TAI09"))
    now, ready = any_world.clock.now(), threading.Barrier(5)

    def together(work: Callable[[], Any]) -> Any:
        ready.wait(20)
        try:
            return work()
        except Refused as refused:
            return refused.number

    def replace_it() -> None:
        upload = publishing.begin(oper, "RPT-CLP", "ALL", PRICES)
        upload.write(0, b"two")
        publishing.finish(oper, upload, 3)

    def fetch(who: Actor, code: str) -> bytes:
        return contents(downloads.open(who, downloads.find(who, code, "RPT-CLP", PRICES)))

    works: list[Callable[[], Any]] = [
        replace_it,
        lambda: publishing.withdraw_edition(oper, done.number, WHY),
        lambda: any_world.platform.store.write(lambda unit: unit.close_company("HARBOUR", now)),
        lambda: fetch(chan, "01234"),
        lambda: fetch(tai, "09999"),
    ]
    with ThreadPoolExecutor(5) as pool:
        came = list(pool.map(together, works))
    assert set(came) <= {None, True, 2001, b"one", b"two"}, came
    assert broken_invariants(any_world) == []
    with any_world.platform.store.reading() as rows:
        versions = {row.sha256 for row in rows.published_under("RPT-CLP", CODES, PRICES)}
    assert len(versions) <= 1, "never some with the one and some with the other"


def test_those_who_can_fetch_it_are_told_by_mail_once_and_nothing_of_what_is_in_it(
    any_world: World, files: PublishedFiles
) -> None:
    asked = PublishCheckRequest(folder="RPT-CLP", to="ALL", file_name=PRICES)
    could = files.check(any_world.actor("OPER01"), asked).can_fetch
    assert not _notices(any_world)
    assert put_out(any_world, b"one", "01234").notices == 0, "only where it is wanted"
    done = put_out(any_world, b"SECRET", notice=True)
    told = _notices(any_world)
    assert len(told) == done.notices == could == len(set(told)) > 3
    chan = next(mail for mail in any_world.mails("CHAN01") if "published" in mail.subject)
    assert PRICES in chan.text and "01234, 01235" in chan.text and "SECRET" not in chan.text
    assert any_world.account("WONGDA1").email not in told, "administration rights alone fetch nothing"
    assert put_out(any_world, b"SECRET", notice=True).notices == 0, "nobody is told twice"
    assert len(_notices(any_world)) == len(told)


def test_whoever_cannot_fetch_it_is_not_told(any_world: World) -> None:
    any_world.services.access.suspend(any_world.actor("OPER02"), "LEE02")
    put_out(any_world, b"x", "COMPANY-ACME", notice=True)
    told = _notices(any_world)
    assert any_world.account("CHAN01").email in told and any_world.account("LEE02").email not in told
    bot = any_world.account("ACMEBOT1")
    any_world.platform.store.write(lambda unit: unit.set_grants(bot.id, bot.grants, ("SD-1",)))
    any_world.clock.move(seconds=1)
    before = _notices(any_world).count(bot.email)
    put_out(any_world, b"y", "COMPANY-ACME", notice=True)
    assert _notices(any_world).count(bot.email) == before, "its SFTP is narrowed to another folder"


def test_a_publication_of_long_ago_is_listed_no_more_but_stands(
    any_world: World, operator: Actor, publishing: Publishing, files: PublishedFiles
) -> None:
    put_out(any_world, b"one")
    any_world.clock.at += timedelta(days=91)
    operator = any_world.actor("OPER01")
    assert files.page(operator, PublishedQuery()).items == ()
    assert listed_in(publishing.published(operator, "RPT-CLP", "ALL")) == []
    assert fetched(any_world, "CHAN01", "01234") == b"one"


def test_the_list_goes_on_beyond_a_page_and_takes_no_other_lists_mark(
    any_world: World, operator: Actor, files: PublishedFiles
) -> None:
    for day in range(16, 21):
        put_out(any_world, b"x", name=f"CLP_202205{day}.csv")
    first = files.page(operator, PublishedQuery(limit=2))
    second = files.page(operator, PublishedQuery(limit=3, cursor=first.cursor))
    assert [one.file_name[10:12] for one in (*first.items, *second.items)] == ["20", "19", "18", "17", "16"]
    assert second.cursor is None
    assert refused_with(files.page, operator, PublishedQuery(folder="RPT-CLP", cursor=first.cursor)) == 9002
    assert refused_with(files.page, operator, PublishedQuery(folder="SD-1")) == 4501


def _notices(world: World) -> list[str]:
    return [mail.to for mail in world.mails() if "published" in mail.subject]
