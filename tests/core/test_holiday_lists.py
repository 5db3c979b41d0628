"""Lists of holidays: those that come with the product, and what no list may say."""

from __future__ import annotations

import pytest

from backend.core.holiday_lists import holidays_of, shipped_lists


def test_the_lists_that_come_along_are_of_weekdays_of_their_years() -> None:
    lists = [holidays_of(text) for text in shipped_lists()]
    assert [one.year for one in lists] == [2022, 2026, 2027]
    for one in lists:
        days = [holiday.day for holiday in one.holidays]
        assert len(days) > 10 and days == sorted(set(days))
        assert all(day.year == one.year and day.weekday() < 5 for day in days)
    assert all("sample" in text for text in shipped_lists())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "year"),
        ("year = 1066", "year"),
        ("year = 2027\n[holidays]\n2026-12-31 = 'The day before'", "2026-12-31 is not in 2027"),
        ("year = 2027\n[holidays]\nchristmas = 'Christmas Day'", "christmas"),
        ("year = 2027\n[holidays]\n2027-02-30 = 'No day'", "2027-02-30"),
        ("year = 2027\n[holidays]\n2027-01-01 = ''", "2027-01-01"),
        ('year = 2027\n[holidays]\n2027-01-01 = "a\\u0007b"', "2027-01-01"),
        ('year = 2027\n[holidays]\n2027-01-01 = "a\\u202Eb"', "2027-01-01"),
        ("year = 2027\n[holidays]\n2027-01-01 = 5", "2027-01-01"),
        ("year = 2027\nholidays = 5", "holidays"),
        ("year = 2027\nclosures = 5", "closures"),
        ("year = 2027\n[holidays]\n2027-01-01 = 'a'\n2027-01-01 = 'b'", "overwrite"),
        ("year is 2027", "line 1"),
    ],
)
def test_a_list_that_cannot_be_one_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        holidays_of(text)
