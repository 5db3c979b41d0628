"""`ecp ls` and `ecp get`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Ecp, SignIn
from tests.publishing import NAME, publish
from tests.world import World

BYTES = b"trade,price\n" * 5000


def test_ls_lists_what_was_published_and_nothing_elsewhere(chan: Ecp, world: World) -> None:
    one = publish(world, BYTES)
    listed = chan("ls", "RPT-TRD")
    assert listed.code == 0 and NAME in listed.out and "published" in listed.out
    (item,) = chan("ls", "RPT-TRD", "--json").data["items"]
    facts = {"log_index": one.log_index, "file_name": NAME, "sha256": one.sha256, "size": len(BYTES)}
    assert item.items() >= (facts | {"state": "published", "folder": "RPT-TRD"}).items()
    assert chan("ls", "RPT-CLP").out == ""
    assert chan("ls", "NOWHERE").code == 4


def test_get_brings_the_file_by_name_or_log_index_and_never_writes_over_one(
    chan: Ecp, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = publish(world, BYTES)
    got = chan("get", NAME)
    assert got.code == 0 and one.sha256 in got.out
    assert (tmp_path / NAME).read_bytes() == BYTES
    again = chan("get", str(one.log_index), "--json")
    assert again.code == 2 and again.data["fault"]["number"] == 9002 and "--replace" in again.data["fault"]["what"]
    there = chan("get", str(one.log_index), "-o", "there.csv", "--json")
    assert there.data["path"] == str(tmp_path / "there.csv") and (tmp_path / "there.csv").read_bytes() == BYTES
    assert chan("get", NAME, "--replace").code == 0
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == sorted([NAME, "there.csv"])
    assert chan("ls", "--json").data["items"][0]["state"] == "fetched"


def test_get_of_what_is_not_there_is_2001_and_leaves_nothing(chan: Ecp, tmp_path: Path) -> None:
    assert chan("get", "TRD_01234_20220520.csv", "--identity", "01235", "--output", tmp_path / "x").code == 4
    gone = chan("get", "TRD_09999_20220520.csv", "--output", tmp_path / "x", "--json")
    assert (gone.code, gone.data["fault"]["number"]) == (4, 2001)
    assert not (tmp_path / "x").exists()


def test_nobody_gets_what_was_published_for_others(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    one = publish(world, BYTES)
    other = sign_in("TAI09")
    assert other("get", str(one.log_index), "--output", tmp_path / "x").code == 4
    assert NAME not in other("ls").out
