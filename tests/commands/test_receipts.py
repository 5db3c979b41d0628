"""`ecp receipts`: listed, shown, and saved byte for byte."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.commands.conftest import Ecp, SignIn

NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def filed(chan: Ecp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two versions of one file, by their places in the log; and a refusal."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / NAME
    found = []
    for content in (b"a\n", b"b\n"):
        file.write_bytes(content)
        found.append(int(chan("submit", file, "--json").data["log_index"]))
    assert chan("submit", file, "--input-date", "2022-05-19").code == 5
    return found


def test_receipts_are_listed_newest_first_and_refusals_have_none(chan: Ecp, filed: list[int]) -> None:
    data = chan("receipts", "--json").data
    assert [one["log_index"] for one in data["items"]] == filed[::-1] and data["more"] is False
    said = chan("receipts", "list", "--limit", "1")
    assert str(filed[1]) in said.out and "older ones" in said.err
    assert "no receipt" in chan("receipts", "--folder", "SD-1", "--from", "2022-05-21").err


def test_a_receipt_is_shown_and_saved_as_it_was_issued(chan: Ecp, filed: list[int], tmp_path: Path) -> None:
    one = chan("receipts", "show", str(filed[1]), "--json").data
    assert hashlib.sha256(b"\0" + one["receipt"].encode()).hexdigest() == one["leaf_hash"]
    assert chan("receipts", "show", str(filed[1])).out == one["receipt"]
    said = chan("receipts", "save", *map(str, filed), "--json").data
    assert [Path(item["path"]).name for item in said["items"]] == [f"{NAME}.v1.receipt", f"{NAME}.receipt"]
    assert (tmp_path / f"{NAME}.receipt").read_text() == one["receipt"]
    again = chan("receipts", "save", str(filed[1]))
    assert again.code == 2 and "--replace" in again.err
    assert chan("receipts", "save", str(filed[1]), "--replace").code == 0
    assert chan("receipts", "save", str(filed[1]), "--output", "mine.txt").code == 0
    assert (tmp_path / "mine.txt").read_text() == one["receipt"]
    both = chan("receipts", "save", *map(str, filed), "-o", "-")
    assert both.out.count("receipt-v1\n") == 2 and one["receipt"] in both.out


def test_what_has_no_receipt_or_is_another_companys_is_2001(
    chan: Ecp, sign_in: SignIn, filed: list[int], tmp_path: Path
) -> None:
    assert chan("receipts", "show", "0", "--json").data["fault"]["number"] == 2001
    assert chan("receipts", "save", str(filed[0]), "999999").code == 4
    assert not list(tmp_path.glob("*.receipt")), "nothing is saved where one is missing"
    assert sign_in("TAI09")("receipts", "show", str(filed[0])).code == 4
