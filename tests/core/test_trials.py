"""The dry run: exactly which past files a rule judges otherwise; and what a change means, fact by fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.contract.rules.content import Column, ContentRule
from backend.core.calendar import Calendar
from backend.core.catalogue import CutOff, FolderRule, Function
from backend.core.catalogue_text import parse, shipped
from backend.core.rule_lines import folder_lines, function_lines
from backend.core.trials import PastFile, tried

FOLDERS = parse(shipped()).folders
SD1, LOP, TRD = FOLDERS["SD-1"], FOLDERS["LOP"], FOLDERS["RPT-TRD"]
CALENDAR = Calendar(ZoneInfo("Asia/Hong_Kong"))
FRIDAY = date(2022, 5, 20)
NOON = datetime(2022, 5, 20, 4, 0, tzinfo=UTC)
OLD = PastFile("SD_09999_20220520.csv", "09999", FRIDAY, NOON, size=1000, user_type="SEHK")
NEW = replace(OLD, file_name="SD1_09999_20220520.csv")


def outcome(rule: FolderRule, *past: PastFile) -> tuple[int, list[tuple[str, int]], list[str]]:
    trial = tried(rule, past, CALENDAR)
    return trial.stay, [(one.file_name, one.number) for one in trial.lost], [one.file_name for one in trial.won]


def test_a_rule_that_changes_nothing_changes_no_outcome() -> None:
    assert outcome(SD1, OLD, NEW) == (2, [], [])


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"patterns": SD1.patterns[1:]}, 4505),
        ({"size_limit": 999}, 4511),
        ({"user_types": ("GCP",)}, 4501),
        ({"window": (time(6), time(7))}, 4513),
        ({"cut_off": CutOff(time(11), closes=True)}, 4513),
    ],
)
def test_a_file_that_the_rule_would_refuse_is_named_with_the_fault_it_would_get(
    change: dict[str, object], number: int
) -> None:
    stay, lost, won = outcome(replace(SD1, **change), OLD)  # type: ignore[arg-type]  # each is a field's own
    assert (stay, lost, won) == (0, [(OLD.file_name, number)], [])


def test_dates_are_judged_as_of_when_the_file_came_and_not_as_of_today() -> None:
    old = replace(OLD, at=NOON - timedelta(days=80), input_date=date(2022, 2, 28), file_name="SD_09999_20220228.csv")
    assert outcome(SD1, old)[0] == 1
    assert outcome(replace(SD1, trading_days_back=0), old) == (0, [(old.file_name, 4513)], [])


def test_a_refused_file_is_admitted_only_if_the_rule_alone_had_refused_it() -> None:
    misnamed = replace(OLD, file_name="STAMP_09999_20220520.csv", fault=4505)
    wider = replace(SD1, patterns=(*SD1.patterns, "STAMP_{identity}_{date:YYYYMMDD}.csv"))
    assert outcome(SD1, misnamed) == (0, [], [])
    assert outcome(wider, misnamed) == (0, [], [misnamed.file_name])
    for fault in (4514, 4515, 1016, 2001):
        assert outcome(wider, replace(misnamed, fault=fault)) == (0, [], []), "its bytes, or who sent it, were at fault"


def test_a_published_file_is_judged_by_its_name_and_reader_alone() -> None:
    report = PastFile("TRD_09999_20210101.csv", "09999", date(2021, 1, 1), NOON, size=1 << 50, user_type="SEHK")
    assert outcome(TRD, report)[0] == 1
    assert outcome(replace(TRD, patterns=()), replace(report, file_name="whatever.bin"))[0] == 1
    assert outcome(replace(TRD, patterns=TRD.patterns[1:]), report)[1] == [(report.file_name, 4505)]


def test_a_hostile_name_is_named_with_nothing_that_a_terminal_obeys() -> None:
    trial = tried(SD1, [replace(OLD, file_name="SD_\x1b]52;c;x\x07\u202e.csv")], CALENDAR)
    assert trial.lost[0].file_name == "SD_\\x1b]52;c;x\\x07\\u202e.csv" and trial.lost[0].why.isprintable()


def test_twenty_thousand_files_are_judged_within_the_patience_of_whoever_types() -> None:
    past = [
        replace(OLD, file_name=f"SD_{number:05}_20220520.csv", identity_code=f"{number:05}") for number in range(20_000)
    ]
    began = datetime.now(UTC)
    assert outcome(SD1, *past)[0] == 20_000
    assert datetime.now(UTC) - began < timedelta(seconds=5)


# ── what it means ────────────────────────────────────────────────────────────────────────────────────────────────


def said(before: FolderRule | None, after: FolderRule) -> list[tuple[str, str, str, bool]]:
    return [(line.label, line.before, line.after, line.weighs) for line in folder_lines(before, after)]


def test_only_what_differs_is_said_and_each_function_channel_and_pattern_by_itself() -> None:
    assert said(SD1, SD1) == []
    after = replace(SD1, channels=("console", "http"), functions=("EU_SD1", "EU_LOP"), patterns=SD1.patterns[1:])
    assert said(SD1, after) == [
        ("Opened by", "", "EU_LOP", True),
        ("Channel", "sftp", "", True),
        ("Name pattern", SD1.patterns[0], "", False),
    ]


def test_an_order_that_matters_is_said_as_such() -> None:
    first, second = SD1.patterns
    assert said(SD1, replace(SD1, patterns=(second, first))) == [
        ("Name pattern, in order", f"{first}, {second}", f"{second}, {first}", False)
    ]


def test_a_cut_off_is_said_in_words_and_one_that_begins_to_close_weighs() -> None:
    closing = replace(SD1, cut_off=CutOff(time(12), 1, closes=True))
    assert said(SD1, closing) == [
        ("Cut-off", "20:00 on the date", "12:00 the next trading day", False),
        ("After the cut-off", "taken, and late", "refused (4513)", True),
    ]
    assert said(SD1, replace(SD1, cut_off=None)) == [("Cut-off", "20:00 on the date", "", False)]
    counting = replace(SD1, cut_off=CutOff(time(20), counts="start", remind=0))
    assert said(SD1, counting) == [
        ("Cut-off counts", "completion", "start", False),
        ("Reminder", "60 minutes before", "0 minutes before", False),
    ]


def test_sizes_windows_and_plain_facts_are_said_as_people_write_them() -> None:
    after = replace(SD1, size_limit=1000, window=(time(7), time(15)), sample=True, trading_days_back=1234)
    assert [one[:3] for one in said(SD1, after)] == [
        ("Trading days back", "10", "1,234"),
        ("Open", "", "07:00–15:00"),
        ("Size limit", "4,294,967,296 bytes", "1,000 bytes"),
        ("Sample data", "no", "yes"),
    ]


def test_of_a_content_rule_each_column_is_a_line_and_none_of_it_is_a_wall_of_text() -> None:
    assert LOP.content is not None
    columns = (*LOP.content.columns[:3], Column("net", "number", empty=True))
    after = replace(LOP, content=replace(LOP.content, columns=columns, most_rows=10, encoding="utf-8"))
    assert [one[:3] for one in said(LOP, after)] == [
        ("Column short", "integer, longest 12", ""),
        ("Column net", "", "number, empty"),
        ("Encoding", "ascii", "utf-8"),
        ("Rows", "at most 50,000", "at most 10"),
    ]
    assert [one[0] for one in said(LOP, replace(LOP, content=None))] == ["Content"]
    added = said(SD1, replace(SD1, content=ContentRule((Column("a"),), last_line="TRL,{rows}")))
    assert [one[:3] for one in added] == [("Column a", "", "text"), ("Last line", "", "TRL,{rows}")]


def test_a_new_folder_is_said_whole_but_for_what_goes_without_saying() -> None:
    labels = [one[0] for one in said(None, SD1)]
    assert labels[:3] == ["Title", "Direction", "Opened by"] and labels.count("Channel") == 3
    assert "Trading days back" not in labels and "Cut-off" in labels
    assert all(one[3] for one in said(None, SD1) if one[0] in ("Opened by", "Channel", "User type"))


def test_of_a_function_every_channel_weighs() -> None:
    before = Function("EU_SD1", "Stamp duty", ("console", "http"))
    lines = function_lines(before, replace(before, channels=("http",), title="Stamp duties"))
    assert [(one.label, one.before, one.after, one.weighs) for one in lines] == [
        ("Title", "Stamp duty", "Stamp duties", False),
        ("Channel", "console", "", True),
    ]


def test_nothing_hostile_in_a_stored_rule_reaches_the_checker_as_it_is() -> None:
    lines = folder_lines(SD1, replace(SD1, title="\x1b[2J" + "x" * 900, note="\u202etxt"))
    assert all(len(line.after) < 500 and line.after.isprintable() and "\u202e" not in line.after for line in lines)
