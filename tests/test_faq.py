"""The FAQ, statement by statement, on its own files: what this version already does of it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from backend.adapters.database import tables
from backend.contract.faults import SIGN_IN_REFUSED, Refused
from backend.contract.messages import ActivityFilter
from backend.core.actor import Actor
from backend.core.catalogue_text import parse, shipped
from ecp_tui.commands.terminal import require_terminal
from ecp_tui.web.browsers import SUPPORTED, why_not
from tests.asked_together import Desk
from tests.doors.http.asking import walked
from tests.publishing import NAME as PUBLISHED_NAME
from tests.publishing import by_sftp, contents, publish
from tests.submitting import submitted
from tests.world import World

SD: dict[str, Any] = {
    "folder": "SD-1",
    "identity_code": "09999",
    "input_date": date(2022, 5, 12),
    "file_name": "SD_09999_20220512.csv",
}
SD1: dict[str, Any] = {
    "folder": "SD-1",
    "identity_code": "09999",
    "input_date": date(2022, 5, 19),
    "file_name": "SD1_09999_20220519.csv",
}
"""The FAQ's two files: of question 24, and of question 26."""
_OF_CHAN = {"identity_code": "01234", "file_name": "SD_01234_20220512.csv"}


def refused(action: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        action(*args, **kwargs)
    return caught.value


def folders(world: World, actor: Actor) -> list[str]:
    return [folder.folder for folder in world.services.home.folders(actor)]


@pytest.fixture
def tai(world: World) -> Actor:
    """Participant 09999."""
    return world.actor("TAI09")


def test_faq_1_passwords_of_the_existing_ecp_do_not_work_here_and_the_refusal_says_so(world: World) -> None:
    form = world.form("TAI09", password="the password of the existing ECP")
    answer = refused(world.services.sign_in.sign_in, form, "console", "127.0.0.1")
    assert answer.fault is SIGN_IN_REFUSED
    assert "Passwords of the existing ECP do not work here" in answer.remedy
    assert "delegated administrators" in answer.remedy, "and where to apply"


def test_faq_1_signing_in_needs_login_id_password_and_one_time_password(world: World) -> None:
    for wrong in ({"password": "wrong"}, {"otp": "000000"}):
        assert refused(world.services.sign_in.sign_in, world.form("TAI09", **wrong), "console", "x").number == 1001
    assert world.services.sign_in.sign_in(world.form("TAI09"), "console", "127.0.0.1").ticket


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {}])
def test_faq_2_a_terminal_that_is_not_supported_is_refused_with_words(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    answer = refused(require_terminal, environ)
    assert answer.number == 2003 and "TERM" in answer.what and answer.fault.exit == 2
    require_terminal({"TERM": "xterm-256color"})


def test_faq_2_chrome_and_edge_from_88_are_supported_on_a_pc_and_mobile_devices_are_not() -> None:
    assert SUPPORTED == (("Google Chrome", "88 +"), ("Microsoft Edge", "88 +"))
    pc = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36{}"
    for version, edge in (("88.0.4324.96", ""), ("88.0.4324.96", " Edg/88.0.705.50")):
        assert why_not({"user-agent": pc.format(version, edge)}) == ""
    assert why_not({"user-agent": pc.format("87.0.4280.88", "")}) == "is version 87"
    for device in ("iPhone; CPU iPhone OS 18_6 like Mac OS X", "iPad; CPU OS 18_6 like Mac OS X"):
        assert "phone or a tablet" in why_not({"user-agent": f"Mozilla/5.0 ({device}) AppleWebKit/605.1.15 Mobile"})


def test_faq_3_a_sign_in_that_waited_too_long_or_skipped_the_landing_page_fails_and_says_both_ways_in(
    world: World,
) -> None:
    form = world.form("TAI09", otp="000000")
    world.clock.move(minutes=5)
    late = form.model_copy(update={"otp": world.otp("TAI09")})
    bookmarked = world.form("TAI09", transaction="")
    for tried in (late, bookmarked):
        answer = refused(world.services.sign_in.sign_in, tried, "console", "127.0.0.1")
        assert answer.number == 1003
        assert "landing page" in answer.remedy and "choose ECP in its menu" in answer.remedy


def test_faq_4_every_company_has_at_least_two_delegated_administrators(world: World) -> None:
    with world.platform.store.reading() as rows:
        assert all(len(rows.administrators(company)) >= 2 for company in ("ACME", "HARBOUR", "TAIMAN"))
    with world.platform.store.engine.begin() as connection, pytest.raises(IntegrityError, match="two_das"):
        connection.execute(update(tables.companies).values(ecp_das=1))


def test_faq_5_a_delegated_administrator_with_admin_rights_only_gets_error_2000(world: World) -> None:
    wong = world.actor("WONGDA1")
    answer = refused(world.services.home.home, wong)
    assert answer.number == 2000 and answer.title == "No ECP function"
    assert refused(submitted, world, wong, b"x", **SD).number == 2000
    token = world.token("WONGDA1")
    assert world.services.sessions.me(token).login_id == "WONGDA1", "Client Connect stays open"


def test_faq_6_with_eu_ecpsftp_alone_there_is_no_interactive_ecp(world: World) -> None:
    answer = refused(world.services.home.home, world.actor("ACMEBOT1"))
    assert answer.number == 2000 and "EU_ECPSFTP alone" in answer.what


def test_faq_7_a_folder_shows_only_where_a_mapped_function_is_granted(world: World, tai: Actor) -> None:
    assert "BCAN" in folders(world, tai) and "LOP" not in folders(world, tai)
    assert "LOP" in folders(world, world.actor("CHAN01")) and "BCAN" not in folders(world, world.actor("CHAN01"))
    ungranted = refused(submitted, world, tai, b"x", **{**SD, "folder": "LOP"})
    absent = refused(submitted, world, tai, b"x", **{**SD, "folder": "NOPE"})
    assert str(ungranted).replace("LOP", "?") == str(absent).replace("NOPE", "?")


def test_faq_7_whoever_sees_no_folder_is_told_what_they_hold_and_whom_to_ask(world: World) -> None:
    answer = refused(world.services.home.folders, world.actor("ACMEBOT1"))
    assert answer.values["held"] == "EU_ECPSFTP"
    assert "LEEDA2" in answer.remedy and "WONGDA1" in answer.remedy


def test_faq_11_a_company_has_at_most_20_users(world: World) -> None:
    with world.platform.store.engine.begin() as connection:
        connection.execute(update(tables.companies).values(used=20))
    with world.platform.store.engine.begin() as connection, pytest.raises(IntegrityError, match="quota"):
        connection.execute(update(tables.companies).values(used=21))


def test_faq_13_one_email_address_serves_one_account(world: World) -> None:
    with world.platform.store.engine.begin() as connection, pytest.raises(IntegrityError, match="email"):
        connection.execute(
            text(
                "UPDATE accounts SET email = (SELECT email FROM accounts WHERE login_id = 'HO01') "
                "WHERE login_id = 'CHAN01'"
            )
        )


def test_faq_14_an_account_for_several_subsidiaries_chooses_the_identity_code(world: World) -> None:
    chan = world.actor("CHAN01")
    sd1 = world.services.home.folders(chan)[0]
    assert [one.identity_code for one in sd1.identities] == ["01234", "01235"]
    assert {one.user_type for one in sd1.identities} == {"SEHK Participant"}
    for code in ("01234", "01235"):
        own = {**SD, "identity_code": code, "file_name": f"SD_{code}_20220512.csv"}
        assert submitted(world, chan, b"x", **own).activity.identity_code == code
    others = {**SD, "identity_code": "09999"}
    answer = refused(submitted, world, chan, b"x", **others)
    assert answer.number == 4505 and "01234 or 01235" in answer.remedy


def test_faq_15_five_unsuccessful_sign_ins_within_30_minutes_lock_the_account(world: World) -> None:
    def tried(**wrong: str) -> int:
        return refused(world.services.sign_in.sign_in, world.form("TAI09", **wrong), "console", "x").number

    assert [tried(password="wrong") for _ in range(5)] == [1001] * 5
    assert tried() == 1002


def test_faq_20_no_checker_is_needed_to_submit(world: World, tai: Actor) -> None:
    assert submitted(world, tai, b"x", **SD).activity.state == "accepted"


def test_faq_21_what_one_submits_and_downloads_in_the_console_goes_by_sftp_too(world: World) -> None:
    publish(world)
    console = world.actor("CHAN01")
    for way, who in enumerate((console, by_sftp(console))):
        data = f"a,b\n{way},1\n".encode()
        assert submitted(world, who, data, **{**SD, **_OF_CHAN}).activity.version == way + 1
        found = world.services.downloads.find(who, "01234", "RPT-TRD", PUBLISHED_NAME)
        assert contents(world.services.downloads.open(who, found)) == b"stock,shares\r\n0005,400\r\n"


def test_faq_23_the_input_date_of_sd1_means_the_trade_date(world: World, tai: Actor) -> None:
    assert world.services.home.folders(tai)[0].input_date_meaning == "trade date"
    meanings = {folder.input_date_meaning for folder in parse(shipped()).folders.values()}
    assert len(meanings) > 3, "other folders define their own"


def test_faq_24_the_sd_file_of_2022_05_12_needs_that_input_date(world: World, tai: Actor) -> None:
    answer = refused(submitted, world, tai, b"x", **{**SD, "input_date": date(2022, 5, 13)})
    assert answer.number == 4505
    assert answer.values["in_name"] == "2022-05-12" and answer.values["chosen"] == "2022-05-13"
    assert "Set the input date to 2022-05-12" in answer.remedy
    assert submitted(world, tai, b"x", **SD).activity.input_date == date(2022, 5, 12)


def test_faq_24_both_ways_of_writing_the_name_are_taken(world: World, tai: Actor) -> None:
    assert submitted(world, tai, b"x", **SD).activity.file_name == "SD_09999_20220512.csv"
    assert submitted(world, tai, b"x", **SD1).activity.file_name == "SD1_09999_20220519.csv"


def test_faq_25_a_wrong_file_is_overwritten_by_one_of_the_same_name(world: World, tai: Actor) -> None:
    wrong = submitted(world, tai, b"the wrong file", **SD)
    right = submitted(world, tai, b"the right file", **SD)
    assert right.activity.supersedes == wrong.activity.log_index
    page = world.services.activity.page(tai, ActivityFilter(state="accepted"), None, 10)
    assert [item.sha256 for item in page.items] == [hashlib.sha256(b"the right file").hexdigest()]
    older = world.services.activity.one(tai, wrong.activity.log_index)
    assert older.activity.state == "superseded" and older.receipt == wrong.receipt, "it stays as evidence"


def test_faq_26_activity_enquiry_shows_the_sha256_of_the_file_as_certutil_does(world: World, tai: Actor) -> None:
    data = b"a,b\r\n1,2\r\n"
    submitted(world, tai, data, **SD1)
    item = world.services.activity.page(tai, ActivityFilter(name="SD1_09999"), None, 10).items[0]
    assert item.sha256 == hashlib.sha256(data).hexdigest()
    assert item.sha256 != hashlib.sha256(data.replace(b"1", b"2")).hexdigest(), "one character differs"


def test_faq_26_no_route_gives_a_submitted_file_back(world: World, tai: Actor) -> None:
    receipt = submitted(world, tai, b"secret,bytes\n", "5" * 32, **SD1)
    ids = {"submission_id": "5" * 32, "log_index": receipt.activity.log_index, "login_id": "TAI09", "request_id": 1}
    ids |= {"ticket_id": "0" * 32}
    desk = Desk(world)
    reading = {path for method, path in walked(world.app.routes) if method == "GET"}
    for who in ("TAI09", "TAIDA1", "CHAN01", "OPER01", "AUDIT01"):
        for path in sorted(reading):
            answer = desk.ask(who, "GET", path.format_map(ids))
            assert b"secret,bytes" not in answer.content, path
    assert "secret" not in receipt.receipt and "secret" not in receipt.model_dump_json()


def test_faq_27_a_folder_that_has_not_moved_is_served_by_the_existing_ecp(world: World, tai: Actor) -> None:
    later = {"folder": "NBCAN", "file_name": "NBCAN_09999_20220520.csv", "input_date": date(2022, 5, 20)}
    answer = refused(submitted, world, tai, b"x", **{**SD, **later})
    assert answer.number == 4510 and "existing ECP" in answer.remedy


def test_faq_29_every_submission_folder_says_where_it_is_served_and_in_which_batch(world: World, tai: Actor) -> None:
    told = {
        folder.folder: (folder.route, folder.batch)
        for folder in world.services.home.folders(tai)
        if folder.direction == "submission"
    }
    assert told["SD-1"] == ("ecp2", "1") and told["NBCAN"] == ("existing", "2")
    assert all(batch for _, batch in told.values())
