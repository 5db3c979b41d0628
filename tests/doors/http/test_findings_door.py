"""Findings over HTTP: 4524 keeps the bytes, an explanation alone completes them, and hostile words get nowhere."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from backend.contract import paths
from tests.doors.http.asking import Asking, assert_problem
from tests.submitting import objects, staged_files, submitted
from tests.world import World

DATA = b"account,series,long,short\nA1,HSI2205,250000,0\n"
FOUND = 'Row 2, column 3 (long): "250000", expected 0 to 100,000'
LOP = {
    "folder": "LOP",
    "identity_code": "01234",
    "input_date": "2022-05-20",
    "file_name": "LOP_01234_20220520.csv",
    "sha256": hashlib.sha256(DATA).hexdigest(),
}
WHY = "新基金 – told to Listing on Thursday"
ID = paths.submission("a" * 32)


def test_after_a_4524_the_explanation_alone_completes_the_submission(ask: Asking, world: World) -> None:
    answer = ask("PUT", ID, "CHAN01", params=LOP, content=DATA)
    assert_problem(answer, 4524)
    assert answer.json()["values"]["findings"] == FOUND and answer.json()["values"]["codes"] == "range.long"
    assert ask("GET", ID, "CHAN01").json() == {"kept": len(DATA), "receipt": None}
    rest = {"content-range": f"bytes */{len(DATA)}"}
    assert_problem(ask("PUT", ID, "CHAN01", params=LOP, content=b"", headers=rest), 4524)
    done = ask("PUT", ID, "CHAN01", params=LOP | {"explanation": WHY}, content=b"", headers=rest).json()["activity"]
    assert (done["state"], done["explanation"]) == ("accepted", WHY)
    assert done["findings"] == [{"code": "range.long", "words": FOUND}]
    assert (objects(world), staged_files(world)) == (1, 0)
    again = ask("PUT", ID, "CHAN01", params=LOP, content=DATA).json()
    assert again["replayed"] and again["activity"]["explanation"] == WHY, "the same id, the same outcome"


def test_without_a_sha256_nothing_is_kept_to_be_explained(ask: Asking, world: World) -> None:
    bare = {name: value for name, value in LOP.items() if name != "sha256"}
    assert_problem(ask("PUT", ID, "CHAN01", params=bare, content=DATA), 4524)
    assert ask("GET", ID, "CHAN01").json()["kept"] == 0 and staged_files(world) == 0
    assert ask("PUT", ID, "CHAN01", params=bare | {"explanation": WHY}, content=DATA).status_code == 200


@pytest.mark.parametrize(
    "hostile", ["", "  ", "ab", "\x1b]0;x\x07abc", "a\nb\nc", "a\x00bc", "abc\u202ecba", "abc\u200bd", "x" * 501]
)
def test_an_explanation_that_cannot_be_shown_is_refused_and_nothing_is_kept(
    ask: Asking, world: World, hostile: str
) -> None:
    assert_problem(ask("PUT", ID, "CHAN01", params=LOP | {"explanation": hostile}, content=DATA), 9002)
    sftp = replace(world.actor("CHAN01"), channel="sftp")
    claimed = {name: LOP[name] for name in ("folder", "identity_code", "file_name")}
    place = submitted(world, sftp, DATA, input_date=date(2022, 5, 20), **claimed).activity.log_index
    said = json.dumps({"explanation": hostile}).encode()
    asked = {"content": said, "headers": {"content-type": "application/json"}}
    assert_problem(ask("POST", paths.explanation(place), "CHAN01", **asked), 9002)
    assert ask("GET", paths.activity(place), "CHAN01").json()["activity"]["explanation"] is None


def test_markup_and_formulas_in_an_explanation_are_only_words(ask: Asking) -> None:
    words = "=HYPERLINK(1) [link=x]{what} <b>'; DROP TABLE activity --"
    done = ask("PUT", ID, "CHAN01", params=LOP | {"explanation": words}, content=DATA).json()["activity"]
    assert done["explanation"] == words
    assert ask("GET", paths.activity(done["log_index"]), "OPER01").json()["activity"]["explanation"] == words


def test_only_who_submits_there_explains_and_what_they_say_is_an_entry(ask: Asking, world: World) -> None:
    sftp = replace(world.actor("CHAN01"), channel="sftp")
    claimed = {name: LOP[name] for name in ("folder", "identity_code", "file_name")}
    place = submitted(world, sftp, DATA, input_date=date(2022, 5, 20), **claimed).activity.log_index
    [mine] = ask("GET", paths.HOME, "CHAN01").json()["unexplained"]
    assert mine["log_index"] == place and mine["findings"][0]["words"] == FOUND
    said = {"json": {"explanation": WHY}}
    for who, number in (("TAI09", 2001), ("OPER01", 2002), ("AUDIT01", 2002), ("WONGDA1", 2002)):
        assert_problem(ask("POST", paths.explanation(place), who, **said), number)
    assert_problem(ask("POST", paths.explanation(place), None, **said), 1005)
    assert_problem(ask("POST", paths.explanation(place), "CHAN01", json={"explanation": WHY, "by": "OPER01"}), 9002)
    entry = ask("POST", paths.explanation(place), "CHAN01", **said).json()
    assert (entry["activity"]["act"], entry["activity"]["explanation"]) == ("explained", WHY)
    assert f"subject: {place}\n" in entry["receipt"] and "新" not in entry["receipt"]
    assert ask("GET", paths.HOME, "CHAN01").json()["unexplained"] == []
