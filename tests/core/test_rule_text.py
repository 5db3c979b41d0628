"""A rule as somebody types it: every mistake is named with its line and with what is right."""

from __future__ import annotations

import time

import pytest

from backend.core.catalogue import Function
from backend.core.catalogue_text import folder_text, function_text, parse, shipped
from backend.core.rule_text import WrongRule, read_folder, read_function

CATALOGUE = parse(shipped())
SD1 = folder_text(CATALOGUE.folders["SD-1"])
BCAN = folder_text(CATALOGUE.folders["BCAN"])
LOP = folder_text(CATALOGUE.folders["LOP"])


def wrong(code: str, text: str) -> list[str]:
    with pytest.raises(WrongRule) as found:
        read_folder(code, text, CATALOGUE)
    return [str(error) for error in found.value.errors]


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('title = "a\n', "Line 1, column 11: Illegal character"),
        ("title = ", "Line 1: Invalid value; the text ends there"),
        (SD1 + "title = 'b'\n", "Line 11, column 12: Cannot overwrite a value"),
        (changed(SD1, "functions", "fonctions"), "Line 3: fonctions: there is no such field; did you mean functions?"),
        (SD1 + "colour = 1\n", "Line 11: colour: there is no such field; the fields are title, direction"),
        (changed(SD1, '["EU_SD1"]', '["EU_SD2"]'), "Line 3: functions: EU_SD2 is unknown; did you mean EU_SD1?"),
        (changed(SD1, '["EU_SD1"]', '["eu_sd1"]'), "Line 3: functions: eu_sd1 is unknown; did you mean EU_SD1?"),
        (changed(SD1, '["EU_SD1"]', '"EU_SD1"'), "Line 3: functions: codes such as"),
        (changed(SD1, '["EU_SD1"]', "[]"), "Line 3: functions: at least one"),
        (changed(SD1, '["EU_SD1"]', '["any", "EU_SD1"]'), 'Line 3: functions: "any" stands alone'),
        (changed(SD1, '["SEHK"]', '["SHEK"]'), "Line 5: user_types: SHEK is unknown; did you mean SEHK?"),
        (changed(SD1, '["SEHK"]', '["SEHK", "SEHK"]'), "Line 5: user_types: SEHK stands here twice"),
        (changed(SD1, '"http", ', '"https", '), "Line 4: channels: https is unknown; did you mean http?"),
        (changed(SD1, '"submission"', '"upload"'), 'Line 2: direction: "submission" or "download"'),
        (changed(SD1, '"20:00"', '"8 pm"'), 'Line 8: cut_off.at: a time such as "20:00"'),
        (changed(SD1, '{ at = "20:00" }', '"20:00"'), "Line 8: cut_off: a table such as"),
        (changed(SD1, "4_294_967_296", "0"), "Line 9: size_limit: bytes, a whole number from 1"),
        (changed(SD1, "4_294_967_296", '"much"'), "Line 9: size_limit: bytes"),
        (changed(SD1, "trade date", ""), "Line 6: input_date_meaning: what the date is"),
        (SD1 + 'window = ["15:00", "07:00"]\n', "Line 11: window: it closes after it opens"),
        (SD1 + 'window = ["07:00"]\n', "Line 11: window[1]: two times of a day"),
        (SD1 + "trading_days_back = -1\n", "Line 11: trading_days_back: a whole number from 0"),
        (SD1 + 'companions = [".exe"]\n', "Line 11: companions: .exe is none of .ok"),
        (SD1 + 'route = "existing"\n', "Line 11: route: leave it out: a migration batch decides it, and it is ecp2"),
        (SD1 + 'batch = "7"\n', "Line 11: batch: leave it out"),
        (f"[folders.SD-1]\n{SD1}", "Line 1: folders: only the lines of SD-1 itself"),
        ("", "title: it is missing: 1 to 80 characters"),
        (changed(SD1, "Stamp Duty", "Stamp\\u202e Duty"), "Line 1: title: 1 to 80 characters that can be shown"),
        (changed(SD1, "Stamp Duty", "x" * 90), "Line 1: title: 1 to 80 characters"),
        ("x = " + "9" * 5000, "beyond all measure"),
        ("x = " + "[" * 9000, "beyond all measure"),
        (changed(SD1, '"20:00" }', '"07:00", closes = true }\nwindow = ["08:00", "09:00"]'), "nothing could ever be"),
        (changed(SD1, '"20:00"', '"20:00", trading_days_after = 99'), "Line 8: cut_off.trading_days_after: a whole"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_right(text: str, said: str) -> None:
    assert said in "\n".join(wrong("SD-1", text))


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ([], "1 to 10 of them"),
        (["SD_{identity}.csv"] * 11, "1 to 10 of them"),
        (["SD_{ident}.csv"], "SD_{ident}.csv is no name"),
        (["SD_{identity}_{identity}.csv"], "at most once each"),
        (["../{identity}.csv"], "is no name"),
        (["SD_{identity}/{date}.csv"], "is no name"),
        (["SD_\\u001b[31m{identity}.csv"], "SD_\\x1b[31m{identity}.csv is no name"),
        (["x" * 190 + "{identity}"], "more than 200 characters"),
        (["SD_{identity}_{date:YYYYMM}.csv"], 'names a month, and the period is "day"'),
        (["SD_{identity}.csv", "SD_{identity}.csv"], "stands here twice"),
        (["SD_{identity}{date:YYYYMMDD}", "SD_{identity}"], "fits SD_{identity}{date:YYYYMMDD} and SD_{identity}"),
        (["SD_{identity}_{date}.csv", "SD_{identity}_{date:YYYYMMDD}.csv"], None),
    ],
)
def test_a_name_pattern_that_no_file_can_bear_or_that_says_two_things_is_refused(
    patterns: list[str], said: str | None
) -> None:
    row = ", ".join(f'"{one}"' for one in patterns)
    text = changed(SD1, 'patterns = ["SD_{identity}_{date:YYYYMMDD}.csv", "SD1_{identity}_{date:YYYYMMDD}.csv"]', "")
    text += f"patterns = [{row}]\n"
    if said is None:
        assert read_folder("SD-1", text, CATALOGUE).patterns == tuple(patterns)
    else:
        assert said in "\n".join(wrong("SD-1", text))


def test_a_mistake_in_a_content_rule_names_its_own_key() -> None:
    assert "content.columns[1].kind" in wrong("LOP", changed(LOP, 'name = "series"', 'name = "series", kind = "no"'))[0]
    assert wrong("LOP", changed(LOP, "content.most_rows", "content.most_row"))[0].startswith(
        "Line 19: content.most_row"
    )
    many = wrong("BCAN", changed(changed(BCAN, '"TRL,{rows}"', '"TRL"'), '"EU_BCAN"', '"EU_BCON"'))
    assert "content.last_line" in many[0] and "EU_BCON is unknown" in many[1]


def test_all_mistakes_are_told_at_once_and_not_without_end() -> None:
    assert len(wrong("SD-1", changed(changed(SD1, "EU_SD1", "X"), "SEHK", "Y"))) == 2
    assert len(wrong("SD-1", "".join(f"a{number} = 1\n" for number in range(500)))) == 20


def test_a_download_folder_has_no_deadline_and_needs_no_names() -> None:
    text = folder_text(CATALOGUE.folders["RPT-CLP"])
    assert "only a submission folder has one" in wrong("RPT-CLP", text + 'cut_off = { at = "20:00" }\n')[0]
    nameless = "\n".join(line for line in text.splitlines() if not line.startswith("patterns"))
    assert read_folder("RPT-CLP", nameless, CATALOGUE).patterns == ()


def test_a_folder_that_nobody_could_open_is_refused() -> None:
    assert "no function opens it on http" in wrong("X-1", changed(SD1, '["EU_SD1"]', '["EU_ECPSFTP"]'))[1]


def test_a_new_folder_begins_in_ecp_and_its_code_is_never_a_path() -> None:
    new = read_folder("SD-2", SD1, CATALOGUE)
    assert (new.code, new.route, new.batch) == ("SD-2", "ecp2", None)
    assert "leave it out" in wrong("SD-2", SD1 + 'route = "existing"\n')[0]
    for code in ("../SD", "sd-2", "S", "A" * 21, "SD 2", "", "SÐ-2", "SD-2\n"):
        assert "is no code" in wrong(code, SD1)[0]


def test_what_migration_decided_stays_whatever_the_text_says() -> None:
    nbcan = CATALOGUE.folders["NBCAN"]
    assert read_folder("NBCAN", folder_text(nbcan), CATALOGUE) == nbcan
    assert read_folder("NBCAN", folder_text(nbcan) + 'route = "existing"\nbatch = "2"\n', CATALOGUE) == nbcan


@pytest.mark.parametrize(
    "hostile", ["a." * 29_000 + "a = 1", "[" * 59_000, "[a]\n" * 14_000, "{" * 59_000, '"\\' * 29_000]
)
def test_a_text_made_to_be_slow_is_refused_soon(hostile: str) -> None:
    began = time.perf_counter()
    wrong("SD-1", hostile)
    assert time.perf_counter() - began < 3


# ── functions ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("EU_SD1", 'title = "A"\nchannels = ["sftp"]\n', "Line 2: channels: EU_ECPSFTP is for sftp alone"),
        ("EU_ECPSFTP", 'title = "A"\nchannels = ["console"]\nall_folders = true\n', "Line 2: channels"),
        ("EU_ECPSFTP", 'title = "A"\nchannels = ["sftp"]\n', "all_folders: EU_ECPSFTP opens every folder"),
        ("EU_SD1", 'title = "A"\nchannels = ["http"]\nall_folders = true\n', "Line 3: all_folders"),
        ("EU_SD1", 'title = ""\nchannels = ["http"]\n', "Line 1: title: 1 to 80"),
        ("EU_SD1", 'title = "A"\nchannels = []\n', "Line 2: channels"),
        (
            "EU_SD1",
            'title = "A"\nchanels = ["http"]\n',
            "Line 2: chanels: there is no such field; did you mean channels?",
        ),
        ("any", 'title = "A"\nchannels = ["http"]\n', "any is no code"),
    ],
)
def test_a_function_counts_for_console_and_http_and_the_sftp_function_for_sftp_alone(
    code: str, text: str, said: str
) -> None:
    with pytest.raises(WrongRule) as found:
        read_function(code, text)
    assert said in "\n".join(map(str, found.value.errors))


def test_each_shipped_function_could_be_proposed_as_it_is() -> None:
    for code, function in CATALOGUE.functions.items():
        assert read_function(code, function_text(function)) == function
    assert read_function("EU_NEW", 'title = "N"\nchannels = ["http"]\n') == Function("EU_NEW", "N", ("http",))
