"""`ecp check`, `ecp submit --explain` and `ecp explain`: what wants an explanation, and giving one."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Ecp, SignIn

HEAD = b"account,series,long,short\n"
LARGE = HEAD + b"A1,HSI2205,250000,0\n"
FOUND = 'Row 2, column 3 (long): "250000", expected 0 to 100,000'
WHY = "The new fund, told to Listing"


def test_a_finding_is_told_before_anything_is_sent_and_explained_in_the_same_line(chan: Ecp, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(LARGE)
    checked = chan("check", path)
    assert checked.code == 5 and checked.out.startswith("needs an explanation") and f"finding   {FOUND}" in checked.out
    data = chan("check", path, "--json").data
    assert data["state"] == "needs-explanation" and data["findings"] == [{"code": "range.long", "words": FOUND}]
    refused = chan("submit", path, "--json")
    assert refused.code == 5 and refused.data["fault"]["number"] == 4524
    assert chan("activity", "--json").data["items"] == [], "nothing was sent"
    assert chan("submit", path, "--explain", "x").code == 2, "one letter explains nothing"
    done = chan("submit", path, "--explain", WHY, "--json").data
    assert (done["state"], done["explanation"], done["findings"]) == ("accepted", WHY, data["findings"])


def test_standard_input_is_explained_alike(chan: Ecp) -> None:
    piped = ("submit", "-", "--name", "LOP_01234_20220520.csv")
    refused = chan(*piped, "--json", typed=LARGE)
    assert refused.code == 5 and refused.data["fault"]["number"] == 4524
    assert chan(*piped, "--explain", WHY, "--json", typed=LARGE).data["explanation"] == WHY


def test_an_accepted_file_is_explained_further(chan: Ecp, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(LARGE)
    place = chan("submit", path, "--explain", WHY, "--json").data["log_index"]
    entry = chan("explain", str(place), "Rather of the old fund", "--json").data
    assert (entry["state"], entry["explanation"]) == ("explained", "Rather of the old fund")
    shown = chan("receipts", "show", str(place), "--json").data
    assert shown["explanation"] == "Rather of the old fund"
    assert [one["explanation"] for one in shown["explanations"]] == ["Rather of the old fund"]
    assert chan("explain", "99999", "whatever it is").code == 4
    refused = chan("explain", str(entry["log_index"]), "an entry, not a file")
    assert refused.code == 4 and "4525" in refused.err


def test_an_explanation_does_not_go_by_sftp(chan: Ecp, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(LARGE)
    said = chan("submit", path, "--sftp", "--explain", WHY)
    assert said.code == 2 and "ecp explain" in said.err


def test_the_inbox_says_what_was_found_and_whether_it_was_explained(sign_in: SignIn, tmp_path: Path) -> None:
    chan = sign_in("CHAN01")
    for code in ("01234", "01235"):
        path = tmp_path / f"LOP_{code}_20220520.csv"
        path.write_bytes(LARGE)
        assert chan("submit", path, "--explain", WHY).code == 0
    oper = sign_in("OPER01")
    assert oper("inbox").out.count("waiting, 1 finding, explained") == 2
    items = oper("inbox", "list", "--json").data["items"]
    assert [(one["explanation"], len(one["findings"])) for one in items] == [(WHY, 1)] * 2
