"""`ecp verify`: MATCH, DIFFERENT or NOT FOUND, of a file, of standard input, of what a tool wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.commands.conftest import Ecp, SignIn

CONTENT = b"account,amount\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def filed(chan: Ecp, tmp_path: Path) -> Path:
    """A file that was submitted, and lies here still."""
    file = tmp_path / NAME
    file.write_bytes(CONTENT)
    assert chan("submit", file).code == 0
    return file


def test_the_same_bytes_match_by_whatever_way_they_come(chan: Ecp, filed: Path) -> None:
    """FAQ Q26."""
    certutil = f"SHA256 hash of {NAME}:\n{' '.join(SHA256[at : at + 2] for at in range(0, 64, 2))}\nCertUtil: done."
    ways = ([filed], [SHA256], [SHA256.upper()], [certutil], [SHA256, NAME], [f"{SHA256}  {NAME}", "--name", NAME])
    for way in ways:
        said = chan("verify", *way)
        assert said.code == 0 and said.out.startswith(f"MATCH  {SHA256}") and NAME in said.out, way
    assert chan("verify", "-", "--name", NAME, typed=CONTENT).code == 0
    data = chan("verify", "-", "--json", typed=CONTENT).data
    assert (data["state"], data["sha256"], data["items"][0]["version"]) == ("match", SHA256, 1)


def test_other_bytes_under_that_name_are_different_and_exit_5(chan: Ecp, filed: Path) -> None:
    filed.write_bytes(CONTENT + b"3,4\n")
    said = chan("verify", filed)
    assert said.code == 5 and said.out.startswith("DIFFERENT") and SHA256 in said.out
    data = chan("verify", "-", "--name", NAME, "--json", typed=b"x").data
    assert (data["state"], data["items"][0]["sha256"]) == ("different", SHA256)
    assert chan("submit", filed).code == 0
    said = chan("verify", SHA256)
    assert said.code == 0 and "superseded" in said.out, "an older version was received, too"


def test_what_was_never_received_is_not_found_and_exits_4(chan: Ecp, filed: Path, tmp_path: Path) -> None:
    other = tmp_path / "SD1_01235_20220520.csv"
    other.write_bytes(b"x")
    for way in ([other], ["0" * 64], [SHA256, "--name", other.name]):
        said = chan("verify", *way)
        assert said.code == 4 and said.out.startswith("NOT FOUND"), way
    assert chan("verify", "0" * 64, "--json").data["items"] == []


def test_a_refused_file_was_not_received(chan: Ecp, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(CONTENT)
    assert chan("submit", file, "--input-date", "2022-05-19").code == 5
    assert chan("verify", file).code == 4


@pytest.mark.parametrize(
    "words", [["return.csv"], ["no", "hash", "here"], [SHA256, "0" * 64], ["d41d8cd98f00b204"], []]
)
def test_what_is_neither_a_file_nor_a_hash_exits_2(chan: Ecp, words: list[str]) -> None:
    said = chan("verify", *words)
    assert said.code == 2 and not said.out and said.err


def test_nobody_verifies_what_others_filed(sign_in: SignIn, filed: Path) -> None:
    assert sign_in("TAI09")("verify", SHA256).code == 4
