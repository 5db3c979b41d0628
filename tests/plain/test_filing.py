"""Filing, finding and verifying in accessible mode."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.commands.test_submissions import CONTENT
from tests.plain.conftest import CTRL_C, Listener
from tests.publishing import publish
from tests.world import World

NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


def test_a_file_is_reviewed_submitted_found_and_verified(listener: Listener, file: Path) -> None:
    own = hashlib.sha256(CONTENT).hexdigest()
    pasted = (f"SHA256 hash of {NAME}:", own.upper(), "CertUtil: -hashfile command completed successfully.", "")
    filing = ("3", f'"{file}"', "yes")
    finding = ("4", "s", own[:10], "1", "1", "1", str(file), "0", "0")
    said = listener.as_("CHAN01", *filing, *finding, "10", "2", *pasted, "10", "2", "0" * 64, "3", str(file), "no")
    for words in (
        "Input date: 2022-05-20 (Fri), trade date",
        "It is the first file of this name.",
        "Sending: 100 %",
        f"accepted: {NAME}, version 1",
        "Searching for a SHA-256 that begins with",
        "MATCH. Yours is the file that was received",
        "DIFFERENT. No file of this SHA-256",
        "The same bytes are the current version already",
    ):
        assert words in said
    assert said.count("MATCH. ") == 2


def test_a_4505_offers_the_right_value_and_a_wrong_content_is_told_finding_by_finding(
    listener: Listener, file: Path
) -> None:
    file.write_bytes(CONTENT)
    said = listener.as_("CHAN01", "3", str(file), "c", "", "", "2022-05-19", "1", "yes")
    assert "4505" in said and "1. Take the input date from the name: 2022-05-20" in said
    assert f"accepted: {NAME}" in said
    wrong = file.with_name("BCAN_09999_20220520.csv")
    wrong.write_bytes(b"nonsense\n")
    said = listener.as_("TAI09", "3", "/no/such/file.csv", str(file.parent), str(wrong), CTRL_C, "0", "y", "0")
    assert "There is no file" in said and "is a folder" in said
    assert "4514" in said and "\n1. " in said and "Nothing was submitted." in said


def test_a_published_file_is_downloaded_whole_and_never_over_another_unasked(
    listener: Listener, world: World, tmp_path: Path
) -> None:
    publish(world)
    there = tmp_path / "got.csv"
    said = listener.as_("CHAN01", "11", "1", str(there), "1", str(there), "no", "0", "2", "5", "0", "0", "5", "12", "1")
    assert there.read_bytes().startswith(b"stock") and "its SHA-256 is the published one" in said
    assert "got.csv exists already. Replace it? yes or no?" in said
    assert "SFTP access of CHAN01" in said and "Recovery codes: " in said


def test_what_is_hostile_is_said_harmlessly(listener: Listener, tmp_path: Path) -> None:
    said = listener.as_("CHAN01", "3", str(tmp_path / "a[/b]\u202e.csv"), "b", "4", "s", "\u202e")
    assert "\u202e" not in said and "\\u202e" in said


def test_findings_are_said_and_explained_before_and_after_the_submission(listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(b"account,series,long,short\nA1,HSI2205,250000,0\n")
    found = 'Row 2, column 3 (long): "250000", expected 0 to 100,000'
    said = listener.as_("CHAN01", "3", str(path), "yes", "0", "0", "4", "0")
    assert f"1 finding to explain, or to correct in the file.\n1. {found}" in said and "accepted" not in said
    said = listener.as_(
        "CHAN01", "3", str(path), "yes", "x", "The new fund", "4", "1", "4", "Of the old fund", "0", "0"
    )
    assert "An explanation is one line of 3 to 500 characters." in said
    assert f"Finding: {found}\nExplained: The new fund" in said
    assert "4. Explain the findings" in said and "Explained, log index" in said
