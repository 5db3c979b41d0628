"""A folder's `content` and `companions` in the catalogue: what they may say, and how a mistake is named."""

from __future__ import annotations

import tomllib
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from backend.contract.rules.content_check import ContentCheck
from backend.contract.rules.file_names import read_name
from backend.core.calendar import Calendar
from backend.core.catalogue_text import parse, shipped
from backend.core.content_text import content_of
from backend.demo.samples import samples

RIGHT = """
columns = [{ name = "id", kind = "integer" }, { name = "side", kind = "choice", choices = ["B", "S"] }]
last_line = "TRL,{rows}"
unique = ["id"]
most_rows = 100
"""
FOLDERS = parse(shipped()).folders


def test_the_shipped_catalogue_says_what_files_hold_and_leaves_stamp_duty_alone() -> None:
    assert FOLDERS["SD-1"].content is None and FOLDERS["SD-1"].companions == ()
    assert "CSV of 6 columns, last line TRL,{rows}" in FOLDERS["BCAN"].rule_in_words()
    assert "an empty .ok file may follow" in FOLDERS["BCAN"].rule_in_words()
    assert "CSV of 4 columns" in FOLDERS["LOP"].rule_in_words()


def test_companions_bear_the_name_of_their_file_and_hold_nothing() -> None:
    bcan, name = FOLDERS["BCAN"], "BCAN_09999_20220520.csv"
    assert bcan.names[-1] == "BCAN_{identity}_{date:YYYYMMDD}.csv.ok"
    assert (bcan.limit_of(name), bcan.limit_of(f"{name}.ok")) == (bcan.size_limit, 0)
    assert bcan.content_of(name) is bcan.content and bcan.content_of(f"{name}.ok") is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"integer"', '"whole"', r"content\.columns\[0\]\.kind"),
        ("most_rows", "most_row", r"content\.most_row: unknown key"),
        ('kind = "integer"', 'kin = "integer"', r"content\.columns\[0\]\.kin: unknown key"),
        ('name = "id"', 'name = "side"', r"content\.columns: 1 to 200 columns of different names"),
        ('name = "id"', 'name = "i,d"', r"content\.columns\[0\]\.name"),
        ('name = "id"', 'name = "i\\u001bd"', r"content\.columns\[0\]\.name"),
        (', choices = ["B", "S"]', "", r"content\.columns\[1\]\.choices"),
        ('["B", "S"]', '["B", "S,T"]', r"content\.columns\[1\]\.choices"),
        ('"integer"', '"integer", longest = 0', r"content\.columns\[0\]\.longest"),
        ('"TRL,{rows}"', '"{rows}"', r"content\.last_line"),
        ('"TRL,{rows}"', '"TRL"', r"content\.last_line"),
        ('"TRL,{rows}"', '"id,{rows}"', r"content\.last_line"),
        ('"TRL,{rows}"', '",{rows}"', r"content\.last_line"),
        ('unique = ["id"]', 'unique = ["no"]', r"content\.unique"),
        ("most_rows = 100", "most_rows = 100_001", r"content\.most_rows: at most 100000"),
        ("most_rows = 100", "", r"content\.most_rows: at most 100000"),
        ("most_rows = 100", "most_rows = 100\nlongest_line = 100_000", r"content\.longest_line"),
        ("most_rows = 100", 'most_rows = 100\nseparator = ","', r"content\.separator"),
        ("most_rows = 100", 'most_rows = "many"', r"content\.most_rows"),
    ],
)
def test_a_mistake_in_a_content_rule_names_its_key(old: str, new: str, named: str) -> None:
    assert old in RIGHT and content_of(tomllib.loads(RIGHT)).most_rows == 100
    with pytest.raises(ValueError, match=named):
        content_of(tomllib.loads(RIGHT.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('companions = [".ok"]', 'companions = [".exe"]', "folder BCAN: companions: .exe is none of .ok"),
        ('name = "bcan", kind = "integer"', 'name = "bcan", kind = "int"', r"folder BCAN: content\.columns\[0\]\.kind"),
    ],
)
def test_a_mistake_in_the_catalogue_names_its_folder_too(old: str, new: str, named: str) -> None:
    assert old in shipped()
    with pytest.raises(ValueError, match=named):
        parse(shipped().replace(old, new))


def test_the_samples_of_the_demo_hold_what_their_outcome_says() -> None:
    today, calendar = date(2022, 5, 20), Calendar(ZoneInfo("Asia/Hong_Kong"), every_day=True)
    judged = 0
    for sample in samples(today, calendar):
        folder = next((one for one in FOLDERS.values() if read_name(one.names, sample.name) is not None), None)
        if folder is not None and folder.content is not None:
            check = ContentCheck(folder.content)
            check.feed(sample.data)
            assert bool(check.finish()) == sample.outcome.startswith("4514"), sample.name
            assert bool(check.unexpected) == sample.outcome.startswith("4524"), sample.name
            judged += 1
    assert judged == 5
