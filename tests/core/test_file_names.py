"""File names: what they say, what is written, and what a hostile one gets."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import DISAGREE, Refused
from backend.contract.rules.file_names import (
    LONGEST_NAME,
    agree,
    best_template,
    check_template,
    plain,
    read_name,
    write_name,
)
from backend.contract.rules.shown import shown
from backend.core.catalogue_text import parse, shipped

SD1 = ("SD_{identity}_{date:YYYYMMDD}.csv", "SD1_{identity}_{date:YYYYMMDD}.csv")
SHIPPED = sorted({template for folder in parse(shipped()).folders.values() for template in folder.patterns})
identity_codes = st.from_regex(r"[A-Z0-9]{3,12}", fullmatch=True)
HOSTILE = (
    "[/b]SD_01234_20220512.csv",
    "SD_01234_20220512.csv\n",
    "SD_01234_20220512.csv\x00",
    "\x1b[2JSD_01234_20220512.csv",
    "../SD_01234_20220512.csv",
    "SD_01234_20220512.csv/..",
    "..",
    ".",
    "",
    "C:\\SD_01234_20220512.csv",
    "SD_０１２３４_20220512.csv",
    "SD_01234_２０２２0512.csv",
    "SD_01234_20220512.csv\u202e",
    "SD_01234_20220512\u200b.csv",
    "sd_01234_20220512.csv",
    "SD_01234_20220512.CSV",
    "SD_01234_20220512.csv ",
    " SD_01234_20220512.csv",
    "SD_01234_20220230.csv",
    "SD_01234_00000101.csv",
    "SD_01234_20220512.csv.exe",
    "SD_1_20220512.csv",
    "SD_ABCDEFGHIJKLM_20220512.csv",
    "SD_abcde_20220512.csv",
    "S" * 255,
)


@given(st.sampled_from(SHIPPED), identity_codes, st.dates())
def test_a_name_written_is_read_as_it_was_meant(template: str, identity_code: str, day: date) -> None:
    if "YYYYMM}" in template:
        day = day.replace(day=monthrange(day.year, day.month)[1])
    reading = read_name([template], write_name(template, identity_code, day))
    assert reading is not None
    said = identity_code if "{identity}" in template else None
    assert (reading.identity_code, reading.input_date) == (said, day)


@given(st.text(max_size=260))
def test_no_text_whatever_breaks_reading_a_name(text: str) -> None:
    reading = read_name(SD1, text)
    assert reading is None or plain(text)


@given(st.text(max_size=40))
def test_whatever_the_name_the_refusal_can_be_said(text: str) -> None:
    with pytest.raises(Refused) as refused:
        agree("SD-1", SD1, "x" + text, "01234", date(2022, 5, 12))
    assert refused.value.number == 4505
    assert refused.value.values["right_name"] in {"SD_01234_20220512.csv", "SD1_01234_20220512.csv"}
    assert shown(str(refused.value)) == str(refused.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_not_read(name: str) -> None:
    assert read_name(SD1, name) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_gets_4505_with_nothing_a_terminal_obeys(name: str) -> None:
    with pytest.raises(Refused) as refused:
        agree("SD-1", SD1, name, "01234", date(2022, 5, 12))
    assert refused.value.fault is DISAGREE and refused.value.values["reason"] == "file_name"
    assert all(shown(value) == value for value in refused.value.values.values())


def test_a_name_may_have_200_bytes_and_not_one_more() -> None:
    assert plain("a" * LONGEST_NAME)
    assert not plain("a" * (LONGEST_NAME + 1))
    assert not plain("a..b")


def test_the_faqs_two_names_are_read_under_their_own_templates() -> None:
    first = read_name(SD1, "SD_09999_20220512.csv")
    second = read_name(SD1, "SD1_09999_20220519.csv")
    assert first is not None and (first.identity_code, first.input_date) == ("09999", date(2022, 5, 12))
    assert second is not None and (second.identity_code, second.input_date) == ("09999", date(2022, 5, 19))


def test_the_right_name_follows_the_template_that_was_meant() -> None:
    assert best_template(SD1, "SD1_x.csv") == SD1[1]
    assert best_template(SD1, "SD_x.csv") == SD1[0]


def refusal_for(name: str, identity_code: str, day: date) -> Refused:
    with pytest.raises(Refused) as refused:
        agree("SD-1", SD1, name, identity_code, day)
    return refused.value


def test_a_wrong_date_names_the_date_in_the_name_and_the_one_chosen() -> None:
    refused = refusal_for("SD_09999_20220512.csv", "09999", date(2022, 5, 13))
    assert refused.values["reason"] == "input_date"
    assert (refused.values["in_name"], refused.values["chosen"]) == ("2022-05-12", "2022-05-13")
    assert refused.values["right_name"] == "SD_09999_20220513.csv"
    assert "2022-05-12" in refused.remedy


def test_a_wrong_identity_names_the_identity_in_the_name_and_the_one_chosen() -> None:
    refused = refusal_for("SD1_01235_20220512.csv", "01234", date(2022, 5, 12))
    assert refused.values["reason"] == "identity_code"
    assert (refused.values["in_name"], refused.values["chosen"]) == ("01235", "01234")
    assert refused.values["right_name"] == "SD1_01234_20220512.csv"


def test_a_month_name_stands_for_the_last_day_of_its_month() -> None:
    reading = read_name(["CPM_{identity}_{date:YYYYMM}.xlsx"], "CPM_HBR01_202202.xlsx")
    assert reading is not None and reading.input_date == date(2022, 2, 28)
    leap = read_name(["CPM_{identity}_{date:YYYYMM}.xlsx"], "CPM_HBR01_202402.xlsx")
    assert leap is not None and leap.input_date == date(2024, 2, 29)
    assert read_name(["CPM_{identity}_{date:YYYYMM}.xlsx"], "CPM_HBR01_202213.xlsx") is None


def test_a_template_without_fields_takes_exactly_its_name() -> None:
    reading = read_name(["README.txt"], "README.txt")
    assert reading is not None and (reading.identity_code, reading.input_date) == (None, None)
    assert read_name(["a.b"], "aXb") is None


@pytest.mark.parametrize(
    "template",
    [
        "{identity}_{identity}.csv",
        "{date}_{date:YYYYMM}.csv",
        "{name}.csv",
        "{date:DDMMYYYY}.csv",
        "{.csv",
        "}{.csv",
        "../{identity}.csv",
        "{identity}/x",
        "_{identity}",
        "é{identity}",
        "a" * 200 + "{identity}",
        "",
    ],
)
def test_a_template_no_folder_may_have_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="template"):
        check_template(template)


@pytest.mark.parametrize("template", SHIPPED)
def test_every_shipped_template_may_stand(template: str) -> None:
    check_template(template)
