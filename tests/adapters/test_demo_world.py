"""The demo's firms as they are made: whoever looks in finds something to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.adapters.clock import SystemClock
from backend.contract.messages import InboxFilter, PublicationFilter
from backend.core.calendar import Calendar
from backend.core.client_connect.standing import actor_for
from backend.demo.authenticator import DemoAuthenticator
from backend.demo.cast import Cast
from backend.demo.history import tell
from backend.demo.mailbox import Mailbox
from backend.demo.people import ACCOUNTS, COLLEAGUES, COMPANIES
from backend.demo.world import demo_catalogue, seed
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo") / "world", every_day_trades=True)
    calendar = Calendar(settings.zone, settings.every_day_trades)
    initialise(settings, demo_catalogue(SystemClock().now(), calendar))
    platform = open_platform(settings, demo=True)
    try:
        seed(platform, COLLEAGUES)
        tell(platform, calendar)
        yield platform
    finally:
        platform.close()


def test_acme_has_seventeen_of_twenty_users_and_the_count_is_the_truth(demo: Platform) -> None:
    with demo.store.reading() as rows:
        for one in COMPANIES:
            company, accounts = rows.company(one.code), rows.accounts_of(one.code)
            assert company is not None
            standing = [account for account in accounts if account.state != "closed"]
            assert company.used == len(standing)
            assert company.cc_das == sum("client_connect" in account.services for account in standing)
            assert company.ecp_das == sum("ecp" in account.services for account in standing)
            if one.code == "ACME":
                assert (company.used, company.quota) == (17, 20)


def test_nobody_shares_an_email_or_a_telephone(demo: Platform) -> None:
    with demo.store.reading() as rows:
        everybody = [one for company in (None, "ACME", "HARBOUR", "TAIMAN") for one in rows.accounts_of(company)]
    assert len({one.email for one in everybody}) == len({one.phone for one in everybody}) == len(everybody)
    assert {"invited", "active", "suspended", "closed"} == {one.state for one in everybody}


@pytest.mark.parametrize(
    ("who", "waiting"),
    [("WONGDA1", 2), ("LEEDA2", 2), ("NGDA2", 2), ("TAIDA2", 2), ("OPER02", 1), ("HODA1", 0), ("OPER01", 0)],
)
def test_whoever_may_check_finds_what_waits(demo: Platform, who: str, waiting: int) -> None:
    with demo.store.reading() as rows:
        account = rows.account(who)
        assert account is not None
        actor = actor_for(rows, account.id, "console", "127.0.0.1")
    page = demo.services.requests.views.page(actor)
    assert page.waiting == waiting
    assert not any(one.stale for one in page.items if one.state == "submitted")


def test_a_lock_an_invitation_and_a_key_that_expires_soon_are_there_to_be_found(demo: Platform) -> None:
    with demo.store.reading() as rows:
        locked, chan = rows.account("FUNG08"), rows.account("CHAN01")
        assert locked is not None and chan is not None
        assert rows.locked([locked.id]) == {locked.id}
        soon = demo.services.clock.now() + timedelta(days=11)
        assert [rows.keys_expiring(chan.id, soon + timedelta(days=more)) for more in (0, 2)] == [0, 1]
    mails = Mailbox(demo.mail, demo.mails).mails()
    invited = [one for one in mails if one.to == "poon.kaho@acme.example"]
    assert invited and "ecp recover" in invited[0].text
    assert any(one.to == "fung08@acme.example" for one in mails)


def test_only_those_one_can_be_have_something_to_try() -> None:
    assert all(one.role and one.to_try for one in ACCOUNTS)
    assert not {one.login_id for one in ACCOUNTS} & {one.login_id for one in COLLEAGUES}


def test_everybody_has_a_past_an_authenticator_and_recovery_codes(demo: Platform) -> None:
    now = demo.services.clock.now()
    with demo.store.reading() as rows:
        for who in (*ACCOUNTS, *(one for one in COLLEAGUES if one.login_id != "CHAU02")):
            account = rows.account(who.login_id)
            assert account is not None
            last = rows.account_facts([account.id], now)[account.id].last_sign_in
            signed_in = [act for act in rows.acts_of(account, None, 200) if act.act == "signed-in"]
            since = rows.authenticator(account.id).since
            assert last is not None and [act.at for act in signed_in] == [last]
            assert since is not None and since < last < now
            assert rows.recovery_codes_left(account.id) == 10
        assert rows.recovery_codes_left(getattr(rows.account("CHAU02"), "id", 0)) == 0, "who left has none"


def test_those_who_are_kept_out_are_listed_with_why_and_colleagues_are_not(demo: Platform) -> None:
    cast = Cast(demo, [], DemoAuthenticator(demo.codes, demo.services.clock))
    others = {
        one.login_id: one.state for one in cast.people() if one.login_id not in {who.login_id for who in ACCOUNTS}
    }
    assert others == {"FUNG08": "locked", "TSANG09": "suspended", "KWAN13": "invited", "POON14": "invited"}


def test_files_wait_to_be_fetched_some_were_and_one_was_withdrawn(demo: Platform) -> None:
    with demo.store.reading() as rows:
        account = rows.account("CHAN01")
        assert account is not None
        chan = actor_for(rows, account.id, "console", "127.0.0.1")
    states = Counter(one.state for one in demo.services.downloads.page(chan, PublicationFilter(), None, 500).items)
    assert states["withdrawn"] == 1
    assert states["fetched"] > 5
    waiting = demo.services.home.home(chan).downloads
    assert len(waiting) == states["published"] > 5
    files = {one.folder: one.files for one in demo.services.home.folders(chan)}
    assert files["RPT-TRD"] == 24 and files["RPT-LOP"] == 5


def test_the_exchange_collected_every_evening_and_its_inbox_has_something_to_do(demo: Platform) -> None:
    with demo.store.reading() as rows:
        oper, ho = (
            actor_for(rows, found.id, "console", "127.0.0.1")
            for found in map(rows.account, ("OPER01", "HO01"))
            if found
        )
    found = {
        state: demo.services.inbox.page(oper, InboxFilter(state=state), None, 500).items
        for state in ("waiting", "collected")
    }
    assert len(found["collected"]) > 20 and {item.collected_by for item in found["collected"]} == {"OPER01"}
    waiting = {item.activity.folder: item.again for item in found["waiting"]}
    assert waiting == {"SD-1": "collected", "LOP": None}, (
        "a correction after the evening's collection, and what was left"
    )
    (back,) = demo.services.home.home(ho).returned
    assert back.folder == "LOP" and back.reason
    assert Counter(item.again for item in found["collected"])["replayed"] == 1
