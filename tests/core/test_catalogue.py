"""The catalogue's rules: dates, windows, cut-offs, what is due, and what no catalogue may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.contract.faults import OUTSIDE_WINDOW, SERVED_ELSEWHERE, Refused
from backend.core.calendar import Calendar
from backend.core.catalogue import CutOff, FolderRule
from backend.core.catalogue_text import parse, shipped
from backend.core.owed import due_today

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
WEEKDAYS = Calendar(HONG_KONG)
FOLDERS = parse(shipped()).folders
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2022, 5, day) for day in (20, 21, 22, 23))


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of Hong Kong, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=HONG_KONG).astimezone(UTC)


def takes(folder: FolderRule, input_date: date, now: datetime) -> bool:
    try:
        folder.refuse_outside(input_date, now, WEEKDAYS)
    except Refused as refused:
        assert refused.fault is OUTSIDE_WINDOW and refused.remedy and folder.code in refused.what
        return False
    return True


# ── calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_today_is_the_date_in_hong_kong_not_in_utc() -> None:
    assert WEEKDAYS.today(datetime(2022, 5, 19, 16, 0, tzinfo=UTC)) == FRIDAY
    assert WEEKDAYS.today(datetime(2022, 5, 19, 15, 59, tzinfo=UTC)) == date(2022, 5, 19)


def test_trading_days_skip_the_weekend() -> None:
    assert WEEKDAYS.shifted(FRIDAY, 1) == MONDAY
    assert WEEKDAYS.shifted(MONDAY, -1) == FRIDAY
    assert WEEKDAYS.shifted(SUNDAY, 1) == MONDAY
    assert WEEKDAYS.shifted(SATURDAY, 0) == SATURDAY
    assert WEEKDAYS.shifted(FRIDAY, 10) == FRIDAY + timedelta(days=14)
    assert WEEKDAYS.latest(SUNDAY) == FRIDAY and WEEKDAYS.latest(MONDAY) == MONDAY


def test_where_every_day_trades_the_weekend_does_too() -> None:
    every_day = Calendar(HONG_KONG, every_day=True)
    assert every_day.shifted(FRIDAY, 1) == SATURDAY and every_day.latest(SUNDAY) == SUNDAY


# ── input dates ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_sd1_takes_today_and_ten_trading_days_back_and_nothing_else() -> None:
    now = at(FRIDAY, 12)
    assert takes(FOLDERS["SD-1"], FRIDAY, now)
    assert takes(FOLDERS["SD-1"], date(2022, 5, 6), now)
    assert not takes(FOLDERS["SD-1"], date(2022, 5, 5), now)
    assert not takes(FOLDERS["SD-1"], MONDAY, now)
    assert not takes(FOLDERS["SD-1"], date(2022, 5, 14), now), "a Saturday is no trade date"
    assert not takes(FOLDERS["SD-1"], date.min, now) and not takes(FOLDERS["SD-1"], date.max, now)


def test_on_a_weekend_the_days_back_count_from_it() -> None:
    assert takes(FOLDERS["SD-1"], FRIDAY, at(SUNDAY, 12))
    assert not takes(FOLDERS["SD-1"], SUNDAY, at(SUNDAY, 12))


def test_a_folder_of_effective_dates_takes_tomorrow_too() -> None:
    now = at(FRIDAY, 12)
    assert takes(FOLDERS["BCAN"], FRIDAY, now) and takes(FOLDERS["BCAN"], MONDAY, now)
    assert not takes(FOLDERS["BCAN"], date(2022, 5, 19), now)
    assert not takes(FOLDERS["BCAN"], date(2022, 5, 24), now)


def test_a_monthly_return_takes_month_ends_only() -> None:
    now = at(FRIDAY, 12)
    cpm = FOLDERS["CPM"]
    assert takes(cpm, date(2022, 4, 30), now), "a Saturday, and still the month's end"
    assert takes(cpm, date(2022, 5, 31), now)
    assert not takes(cpm, date(2022, 4, 29), now)
    assert not takes(cpm, date(2022, 6, 30), now)
    assert not takes(cpm, date(2020, 4, 30), now)
    assert takes(cpm, date(2024, 2, 29), at(date(2024, 3, 4), 12))
    assert not takes(cpm, date(2024, 2, 28), at(date(2024, 3, 4), 12))


# ── windows and cut-offs ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_window_opens_on_the_minute_and_closes_before_it() -> None:
    bcan = FOLDERS["BCAN"]
    assert not takes(bcan, FRIDAY, at(FRIDAY, 6, 59, 59))
    assert takes(bcan, FRIDAY, at(FRIDAY, 7))
    assert takes(bcan, FRIDAY, at(FRIDAY, 14, 59, 59))
    assert not takes(bcan, FRIDAY, at(FRIDAY, 15))


def test_a_closing_cut_off_takes_its_own_instant_and_nothing_after() -> None:
    lop = FOLDERS["LOP"]
    assert takes(lop, FRIDAY, at(MONDAY, 12))
    assert not takes(lop, FRIDAY, at(MONDAY, 12, 0, 1))
    assert takes(lop, MONDAY, at(MONDAY, 12, 0, 1))


def test_after_a_cut_off_that_does_not_close_a_late_file_is_still_taken() -> None:
    assert takes(FOLDERS["SD-1"], FRIDAY, at(FRIDAY, 23))
    assert FOLDERS["SD-1"].cut_off_of(FRIDAY, WEEKDAYS) == at(FRIDAY, 20)


def test_a_folder_not_migrated_is_served_elsewhere() -> None:
    with pytest.raises(Refused) as refused:
        FOLDERS["NBCAN"].refuse_elsewhere("console")
    assert refused.value.fault is SERVED_ELSEWHERE
    FOLDERS["SD-1"].refuse_elsewhere("console")


# ── what is due today ────────────────────────────────────────────────────────────────────────────────────────────


def todays(folder: FolderRule, now: datetime, calendar: Calendar = WEEKDAYS) -> list[tuple[date, datetime | None]]:
    return [(day, folder.cut_off_of(day, calendar)) for day in due_today(folder, calendar, now)]


def test_sd1_is_due_on_its_own_date_and_not_on_a_weekend() -> None:
    assert todays(FOLDERS["SD-1"], at(FRIDAY, 9)) == [(FRIDAY, at(FRIDAY, 20))]
    assert todays(FOLDERS["SD-1"], at(SATURDAY, 9)) == []


def test_a_cut_off_on_the_next_trading_day_is_due_then() -> None:
    assert todays(FOLDERS["LOP"], at(MONDAY, 9)) == [(FRIDAY, at(MONDAY, 12))]
    assert todays(FOLDERS["LOP"], at(SATURDAY, 9)) == []


def test_a_monthly_return_is_due_on_the_fifth_trading_day_of_the_month_after() -> None:
    cpm, fifth = FOLDERS["CPM"], date(2022, 5, 6)
    assert todays(cpm, at(fifth, 9)) == [(date(2022, 4, 30), at(fifth, 17))]
    assert todays(cpm, at(date(2022, 5, 5), 9)) == [] == todays(cpm, at(date(2022, 5, 9), 9))


def test_a_deadline_just_after_midnight_belongs_to_the_evening_before() -> None:
    late = replace(FOLDERS["SD-1"], cut_off=CutOff(time(0, 30), trading_days_after=1))
    thursday = [(date(2022, 5, 19), at(FRIDAY, 0, 30))]
    assert todays(late, at(date(2022, 5, 19), 22)) == todays(late, at(FRIDAY, 0, 10)) == thursday
    assert todays(late, at(FRIDAY, 2)) == thursday, "over, and still last evening's"
    assert todays(late, at(FRIDAY, 9)) == [], "Friday's own is Monday's, just after midnight"


@pytest.mark.parametrize("code", ["LOPA", "BCAN", "NBCAN", "DECL", "RPT-TRD"])
def test_a_folder_without_a_cut_off_or_served_elsewhere_is_never_due(code: str) -> None:
    assert todays(FOLDERS[code], at(FRIDAY, 9)) == []


def test_a_form_starts_with_the_latest_date_there_is_to_file() -> None:
    assert FOLDERS["SD-1"].default_input_date(at(SUNDAY, 9), WEEKDAYS) == FRIDAY
    assert FOLDERS["CPM"].default_input_date(at(date(2022, 1, 3), 9), WEEKDAYS) == date(2021, 12, 31)


# ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_shipped_catalogue_has_sd1_as_the_faq_says() -> None:
    sd1 = FOLDERS["SD-1"]
    assert sd1.title == "Stamp Duty Daily Return" and sd1.input_date_meaning == "trade date" and not sd1.sample
    assert sd1.patterns[0].startswith("SD_{identity}") and sd1.patterns[1].startswith("SD1_{identity}")
    assert all(folder.sample for code, folder in FOLDERS.items() if code != "SD-1")


@pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
def test_every_folder_says_its_rule_in_words(folder: FolderRule) -> None:
    assert folder.rule_in_words().strip() and "None" not in folder.rule_in_words()


BAD_ROWS = (
    ('functions = ["EU_NOPE"]', "EU_NOPE"),
    ('user_types = ["NOPE"]', "NOPE"),
    ('patterns = ["../{identity}"]', "template"),
)


@pytest.mark.parametrize(("line", "named"), BAD_ROWS)
def test_a_catalogue_that_names_what_is_not_there_is_refused(line: str, named: str) -> None:
    key = line.split(" = ")[0]
    rows = {"functions": '["EU_X"]', "user_types": '["T"]', "patterns": '["{identity}.csv"]'}
    rows[key] = line.split(" = ")[1]
    text = (
        '[user_types]\nT = "T"\n[functions]\nEU_X = { title = "X", channels = ["console"] }\n'
        '[folders.X-1]\ntitle = "X"\ndirection = "submission"\nchannels = ["console"]\ninput_date_meaning = "d"\n'
        + "".join(f"{name} = {value}\n" for name, value in rows.items())
    )
    with pytest.raises(ValueError, match=named):
        parse(text)


def test_a_folder_code_is_never_a_path() -> None:
    text = shipped().replace("[folders.LOPA]", '[folders."../LOPA"]')
    with pytest.raises(ValueError, match="code"):
        parse(text)
