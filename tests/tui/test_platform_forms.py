"""Forms of operators about deadlines and trading days: what is typed, what is proposed, and nothing lost on the way."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecp_tui.holidays import holidays_in
from ecp_tui.pastes import find_moment
from ecp_tui.screens.deadline_forms import codes

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
EVENING = datetime(2022, 5, 20, 20, 0, tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("22:00", (2022, 5, 20, 22, 0)),
        (" 9.30 ", (2022, 5, 20, 9, 30)),
        ("2022-05-21 00:15", (2022, 5, 21, 0, 15)),
        ("2022-05-21T08:00", (2022, 5, 21, 8, 0)),
    ],
)
def test_an_instant_is_a_time_of_that_day_or_has_a_date(typed: str, meant: tuple[int, ...]) -> None:
    year, month, day, hour, minute = meant
    assert find_moment(typed, EVENING) == datetime(year, month, day, hour, minute, tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    "typed", ["", "22", "25:00", "22:60", "2022-02-30 10:00", "22:00 tomorrow", "٢٢:٠٠", "22:00\n1"]
)
def test_what_is_no_instant_is_not_guessed_at(typed: str) -> None:
    assert find_moment(typed, EVENING) is None


def test_identity_codes_are_taken_as_people_list_them_each_once() -> None:
    assert codes("01234, 01235;09999\n01234 a1") == ("01234", "01235", "09999", "A1")
    assert codes(" , ") == ()


def test_a_list_of_holidays_is_taken_whole_however_it_was_pasted() -> None:
    text = "2027-01-01 The first day of January\n2027-02-06, Lunar New Year's Day; 2027-02-08 The third day"
    found, wrong = holidays_in(text, 2027)
    assert [(one.day.isoformat(), one.name) for one in found] == [
        ("2027-01-01", "The first day of January"),
        ("2027-02-06", "Lunar New Year's Day"),
        ("2027-02-08", "The third day"),
    ]
    assert wrong == ""


def test_the_lists_that_come_with_the_product_are_taken_as_they_are() -> None:
    for file in sorted((Path(__file__).parents[2] / "backend" / "calendars").glob("*.toml")):
        year = int(file.stem[-4:])
        found, wrong = holidays_in(file.read_text("utf-8"), year)
        assert len(found) > 5 and wrong == "", file


def test_what_is_no_holiday_of_that_year_is_named_and_the_rest_taken() -> None:
    found, wrong = holidays_in("Easter 2027-03-26 Good Friday 2028-01-01 New Year 2027-02-30 None 2027-05-01", 2027)
    assert [one.name for one in found] == ["Good Friday"]
    assert "“Easter” has no date" in wrong and "2028-01-01 is not in 2027" in wrong and "2027-02-30 is no day" in wrong
    assert holidays_in("", 2027) == ([], "A date comes first, as 2027-01-01.")


@given(st.text(max_size=200))
def test_no_list_breaks_the_reading_of_holidays(text: str) -> None:
    found, wrong = holidays_in(text, 2027)
    assert found or wrong
