"""Mails about deadlines, on both databases: each exactly once, to whom it may concern, however often anybody looks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import pytest

from backend.contract.messages import CloseMarket, Exempt, ExtendCutOff
from backend.core.calendar import Calendar
from backend.core.deadline_mails import DeadlineMails
from backend.core.rows import Unit
from tests.adapters.test_obligations import FRIDAY, MONDAY, files, hong_kong
from tests.tui.administrators import settles
from tests.world import World

pytestmark = pytest.mark.databases


def mailing(world: World) -> DeadlineMails:
    """What one process runs."""
    platform, settings = world.platform, world.platform.settings
    calendar = Calendar(settings.zone, settings.every_day_trades)
    return DeadlineMails(platform.store, platform.services.clock, calendar, platform.mailer)


def told(world: World, who: str, about: str = "SD-1") -> list[str]:
    return [mail.text for mail in world.mails(who) if about in mail.subject]


def test_who_may_file_is_reminded_once_an_hour_before_and_whoever_has_filed_is_not(any_world: World) -> None:
    world, mails = any_world, mailing(any_world)
    world.clock.at = hong_kong(FRIDAY, 18, 59)
    mails.tell()
    assert told(world, "CHAN01") == []
    files(world, "CHAN01", "01234")
    world.clock.at = hong_kong(FRIDAY, 19)
    for _ in range(2):
        mails.tell()
        mailing(world).tell()
    (text,) = told(world, "CHAN01")
    assert "01235" in text and "01234" not in text and "20 May 2022 20:00" in text
    assert told(world, "LEE02") == [], "LEE02 files for 01234 alone, which has filed"
    assert len(told(world, "TAI09")) == 1
    assert told(world, "WONGDA1") == [], "administration rights do not file"


def test_operators_hear_once_after_the_cut_off_who_is_missing_and_nobody_else_does(any_world: World) -> None:
    world, mails = any_world, mailing(any_world)
    files(world, "CHAN01", "01234")
    world.clock.at = hong_kong(FRIDAY, 20)
    mails.tell()
    assert told(world, "OPER01", "not filed") == []
    world.clock.at = hong_kong(FRIDAY, 20, 0).replace(second=1)
    for _ in range(2):
        mails.tell()
        mailing(world).tell()
    for who in ("OPER01", "OPER02"):
        (text,) = [text for text in told(world, who, "not filed") if "SD-1" in text]
        assert "2 of 3" in text and "01235" in text and "09999" in text and "01234" not in text
    assert told(world, "AUDIT01", "not filed") == [] == told(world, "CHAN01", "not filed")


async def test_a_cut_off_that_moves_is_told_of_once_more(any_world: World) -> None:
    world, mails = any_world, mailing(any_world)
    world.clock.at = hong_kong(FRIDAY, 19, 30)
    mails.tell()
    later = ExtendCutOff(folder="SD-1", input_date=FRIDAY, until=hong_kong(FRIDAY, 22), reason="Typhoon")
    await settles(world, "OPER01", "OPER02", later)
    for hour, minute, reminders, missing in ((20, 30, 1, 0), (21, 30, 2, 0), (22, 30, 2, 1)):
        world.clock.at = hong_kong(FRIDAY, hour, minute)
        mails.tell()
        assert len(told(world, "TAI09", "is due")) == reminders
        assert len([one for one in told(world, "OPER01", "not filed") if "SD-1" in one]) == missing


async def test_whoever_has_more_time_is_missing_later_in_a_mail_of_its_own(any_world: World) -> None:
    world, mails = any_world, mailing(any_world)
    until = hong_kong(FRIDAY, 22)
    more = ExtendCutOff(
        folder="SD-1", input_date=FRIDAY, until=until, identity_codes=("09999",), reason="Their line is down"
    )
    await settles(world, "OPER01", "OPER02", more)
    seen = []
    for hour in (21, 23):
        world.clock.at = hong_kong(FRIDAY, hour)
        mails.tell()
        seen.append([one for one in told(world, "OPER01", "not filed") if "SD-1" in one])
    assert len(seen[0]) == 1 and "09999" not in seen[0][0] and "2 of 2" in seen[0][0]
    assert len(seen[1]) == 2 and "09999" in seen[1][0] and "1 of 1" in seen[1][0]


async def test_nobody_is_reminded_of_a_closed_day_nor_missing_on_it_and_the_exempt_are_left_alone(
    any_world: World,
) -> None:
    world, mails = any_world, mailing(any_world)
    exempt = Exempt(folder="SD-1", input_date=FRIDAY, identity_codes=("09999",), reason="No trades")
    await settles(world, "OPER01", "OPER02", exempt)
    await settles(world, "OPER01", "OPER02", CloseMarket(day=MONDAY, reason="Typhoon signal no. 8"))
    for day, hour in ((FRIDAY, 19), (FRIDAY, 21), (MONDAY, 19), (MONDAY, 21)):
        world.clock.at = hong_kong(day, hour)
        mails.tell()
    assert told(world, "TAI09", "SD-1") == []
    (text,) = [one for one in told(world, "OPER01", "not filed") if "SD-1" in one]
    assert str(FRIDAY) in text and "09999" not in text


def test_after_a_long_standstill_nobody_is_told_of_what_is_long_over(any_world: World) -> None:
    world = any_world
    world.clock.at = hong_kong(MONDAY, 9)
    mailing(world).tell()
    assert [one for one in told(world, "OPER01", "not filed") if "SD-1" in one] == []


def test_a_crash_between_note_and_commit_leaves_neither_mail_nor_note(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, queued = any_world, any_world.platform.mailer.notices
    world.clock.at = hong_kong(FRIDAY, 20, 1)

    def crashing(unit: Unit, *facts: Any) -> None:
        queued(unit, *facts)
        raise RuntimeError("the process ended here")

    monkeypatch.setattr(world.platform.mailer, "notices", crashing)
    with pytest.raises(RuntimeError):
        mailing(world).tell()
    monkeypatch.undo()
    assert told(world, "OPER01", "not filed") == []
    mailing(world).tell()
    assert len([one for one in told(world, "OPER01", "not filed") if "SD-1" in one]) == 1


@pytest.mark.parametrize("moment", [(19, 5), (20, 5)])
def test_processes_that_look_at_once_send_each_mail_once(any_world: World, moment: tuple[int, int]) -> None:
    world = any_world
    world.clock.at = hong_kong(FRIDAY, *moment)
    with ThreadPoolExecutor(4) as processes:
        looks: list[Callable[[], int]] = [mailing(world).tell for _ in range(4)]
        list(processes.map(lambda look: look(), looks))
    assert len(told(world, "TAI09", "SD-1")) == (1 if moment < (20, 0) else 0)
    assert len([one for one in told(world, "OPER02", "not filed") if "SD-1" in one]) == (moment > (20, 0))


def test_what_is_filed_while_reminders_are_written_is_not_reminded_of(any_world: World) -> None:
    world, mails = any_world, mailing(any_world)
    world.clock.at = hong_kong(FRIDAY, 19, 10)
    write = world.platform.store.write

    def filed_first(work: Any) -> Any:
        if not filed:
            filed.append(FRIDAY)
            files(world, "TAI09", "09999")
        return write(work)

    filed: list[date] = []
    mails._store = type("Store", (), {"write": staticmethod(filed_first), "reading": world.platform.store.reading})()
    mails.tell()
    assert told(world, "TAI09", "SD-1") == [] and filed


def test_reminders_come_when_the_folder_says(any_world: World) -> None:
    world = any_world
    rule = world_rule(world)
    assert rule == 60
    world.clock.at = datetime.fromisoformat("2022-05-20T10:59:00+08:00")
    mailing(world).tell()
    assert told(world, "CHAN01", "LOP") == []


def world_rule(world: World) -> int:
    with world.platform.store.reading() as rows:
        cut_off = rows.catalogue().folders["SD-1"].cut_off
    assert cut_off is not None
    return cut_off.remind
