"""ctrl+f: choosing a file on this computer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.driver import Person

EVENING = 1652958000
"""2022-05-19, 19:00 in Hong Kong."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder: two returns, an older year, something hidden, something hostile."""
    here = tmp_path / "returns"
    (here / "2021").mkdir(parents=True)
    (here / "2021" / "SD1_01234_20211231.csv").write_bytes(b"x")
    (here / "SD1_01234_20220519.csv").write_bytes(b"x" * 2048)
    (here / "SD1_01234_20220520.csv").write_bytes(b"x" * 36000)
    (here / ".hidden").write_bytes(b"x")
    (here / "[red]\x1b]52;c;aGk=\x07[b].csv").write_bytes(b"x")
    for path in here.iterdir():
        os.utime(path, (EVENING, EVENING))
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(tmp_path))
    return here


async def browses(chan: Person) -> None:
    await chan.sees("Due today")
    await chan.press("n")
    await chan.sees("File Submission")
    await chan.press("ctrl+f")
    await chan.sees("Choose a file", "on this computer")


async def test_a_chosen_file_fills_the_form(chan: Person, folder: Path) -> None:
    await browses(chan)
    chan.keeps("browse")
    await chan.chooses("SD1_01234_20220520.csv")
    await chan.sees("File Submission", "SD1_01234_20220520.csv", "2022-05-20")


async def test_folders_are_entered_and_left(chan: Person, folder: Path) -> None:
    await browses(chan)
    await chan.chooses("2021")
    await chan.sees("SD1_01234_20211231.csv")
    await chan.chooses("..")
    await chan.sees("SD1_01234_20220519.csv", "2021/")
    assert ".hidden" not in chan.screen


async def test_a_hostile_name_is_shown_as_text_and_obeyed_by_nobody(chan: Person, folder: Path) -> None:
    await browses(chan)
    await chan.sees("[red]\\x1b]52;c;aGk=\\x07[b].csv")


async def test_a_folder_that_went_away_is_said_and_the_one_before_stays(chan: Person, folder: Path) -> None:
    await browses(chan)
    (folder / "2021" / "SD1_01234_20211231.csv").unlink()
    (folder / "2021").rmdir()
    await chan.chooses("2021")
    await chan.sees("2021 cannot be read", "SD1_01234_20220519.csv")


async def test_escape_leaves_the_form_as_it_was(chan: Person, folder: Path) -> None:
    await browses(chan)
    await chan.press("escape")
    await chan.sees("File Submission")
    assert "browse" not in chan.screen.splitlines()[0]
