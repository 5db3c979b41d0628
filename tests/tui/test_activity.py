"""Activity Enquiry: found by filter and name, a page at a time, compared with a file or a pasted hash, saved."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.adapters.database import tables
from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import Proof
from ecp_tui.client import EcpClient
from ecp_tui.draft import Upload
from ecp_tui.screens.receipt import hash_commands
from tests.tampering import unguarded
from tests.tui.conftest import Opens
from tests.tui.driver import Cuttable, Person
from tests.world import World

NAME = "SD1_01234_20220520.csv"
POSITIONS = b"account,series,long,short\n"
CONTENT = b"account,amount\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown from `~`, alike on every machine."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


async def sends(world: World, path: Path, folder: str, identity_code: str, input_date: date, number: int = 0) -> None:
    """By CHAN01, beside the console."""
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    client = world.client("CHAN01")
    upload = Upload(f"{number:032x}", folder, identity_code, input_date, path.name, path, len(data), sha256)
    try:
        await client.submit(upload)
    except Refused:
        pass  # a refusal is an activity, too
    finally:
        await client.close()


async def history(world: World, tmp_path: Path) -> None:
    """A superseded file, a current one, a refused one and one of another folder."""
    friday = date(2022, 5, 20)
    path = tmp_path / NAME
    path.write_bytes(b"wrong\n")
    await sends(world, path, "SD-1", "01234", friday, 1)
    path.write_bytes(CONTENT)
    await sends(world, path, "SD-1", "01234", friday, 2)
    await sends(world, path, "SD-1", "01234", date(2022, 5, 19), 3)
    lop = tmp_path / "LOP_01235_20220520.csv"
    lop.write_bytes(POSITIONS)
    await sends(world, lop, "LOP", "01235", friday, 4)


@pytest.fixture
async def clerk(chan: Person, world: World, tmp_path: Path) -> Person:
    """CHAN01 at Activity Enquiry, with a little history."""
    await history(world, tmp_path)
    await chan.sees("Due today")
    await chan.goes_to("Activity")
    await chan.sees("Activity Enquiry", "of 4 · newest first")
    return chan


async def test_every_act_is_listed_newest_first_with_sign_word_and_sha256(clerk: Person) -> None:
    await clerk.sees("Received", "File", "Input date", "State", "SHA-256", "times HKT")
    lines = [line.split() for line in clerk.screen.splitlines() if "_0123" in line]
    assert [line[3] for line in lines] == ["LOP_01235_20220520.csv", NAME, NAME, NAME]
    assert [" ".join(line[5:7]) for line in lines] == ["● accepted", "✕ 4505", "● accepted", "○ superseded"]
    assert lines[2][-1] == SHA256[:8]
    clerk.keeps("activity")


async def test_nothing_touches_at_80_columns_and_room_shows_more(opens: Opens, world: World, tmp_path: Path) -> None:
    await history(world, tmp_path)
    for width, columns in ((80, ("State",)), (120, ("Folder", "Identity", "By", "Channel"))):
        async with opens(size=(width, 24)) as person:
            await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
            await person.sees("Due today")
            await person.goes_to("Activity")
            await person.sees("Activity Enquiry", "of 4 · newest first", *columns)
            title = next(line for line in person.screen.splitlines() if "Received" in line)
            starts = [title.index(word) for word in ("Received", "File", "Input date", "State", "SHA-256")]
            for line in (line for line in person.screen.splitlines() if "_0123" in line):
                assert all(line[start - 2 : start].strip() == "" for start in starts)
            person.keeps(f"activity_{width}")


async def test_the_slash_filters_by_name_and_escape_clears_it(clerk: Person) -> None:
    await clerk.press("slash")
    await clerk.types("lop")
    await clerk.sees("name has “lop”", "1 of 1")
    clerk.keeps("activity_find")
    await clerk.press("escape")
    await clerk.sees("everything in your folders", "of 4")
    await clerk.press("escape")
    await clerk.sees("Due today")


async def test_a_filter_that_finds_nothing_says_so(clerk: Person) -> None:
    await clerk.press("slash")
    await clerk.types("nothing_of_that_name")
    await clerk.sees("Nothing fits the filter. Esc clears it.", "no activity")
    clerk.keeps("activity_nothing")


async def test_the_filter_form_narrows_by_folder_state_and_date(clerk: Person) -> None:
    await clerk.press("f")
    await clerk.sees("Received from", "SHA-256 begins with", "Filter", "Clear")
    clerk.keeps("activity_filter")
    await clerk.types("2022-05-20")
    await clerk.press("tab", "tab", "tab", "tab", "tab", "tab", "up", "f8")
    await clerk.sees("since 2022-05-20 · refused", "1 of 1", "✕ 4505")
    await clerk.press("f", "f8")
    await clerk.sees("since 2022-05-20 · refused")


async def test_a_wrong_date_or_hash_in_the_filter_is_marked_beside_it(clerk: Person) -> None:
    await clerk.press("f")
    await clerk.sees("Received from")
    await clerk.types("2022-13-40")
    await clerk.press("f8")
    await clerk.sees("✕ YYYY-MM-DD")
    await clerk.press("ctrl+u", *["tab"] * 8)
    await clerk.types("xyz")
    await clerk.press("f8")
    await clerk.sees("✕ 0–9, a–f")


async def test_a_sha256_prefix_finds_the_file(clerk: Person) -> None:
    await clerk.press("f", *["tab"] * 8)
    await clerk.pastes(SHA256[:12].upper())
    await clerk.press("enter")
    await clerk.sees(f"SHA-256 {SHA256[:12]}…", "1 of 1", NAME)


async def test_the_detail_shows_the_sha256_in_groups_of_16_and_the_commands(clerk: Person) -> None:
    await clerk.press("down", "down", "enter")
    await clerk.sees(
        "● accepted",
        NAME,
        "version 2",
        f"{SHA256[:16]} {SHA256[16:32]}",
        f"{SHA256[32:48]} {SHA256[48:]}",
        f"certutil -hashfile {NAME} SHA256",
        f"shasum -a 256 {NAME}",
        f"sha256sum {NAME}",
    )
    clerk.keeps("activity_detail")
    await clerk.press("C")
    await clerk.sees("Sent to the terminal's clipboard")


def test_a_name_with_spaces_is_quoted_in_every_command() -> None:
    commands = hash_commands("my return.csv")
    assert commands["Windows"] == 'certutil -hashfile "my return.csv" SHA256'
    assert commands["Linux"] == "sha256sum 'my return.csv'"


async def test_a_refusal_shows_its_number_and_remedy_and_has_no_sha256(clerk: Person) -> None:
    await clerk.press("down", "enter")
    await clerk.sees("✕ 4505", "The name says 2022-05-20, the input date says 2022-05-19.", "Set the input date")
    clerk.keeps("activity_refused")
    await clerk.press("v")
    await clerk.sees("there is no SHA-256 of it")


async def test_a_local_file_matches_or_differs(clerk: Person, file: Path) -> None:
    """FAQ Q26."""
    await clerk.press("down", "down", "v")
    await clerk.sees(f"Compare with {NAME}")
    await clerk.press("ctrl+u")
    await clerk.pastes(str(file))
    await clerk.press("enter")
    await clerk.sees("● MATCH", "Yours is the file that was received.")
    clerk.keeps("compare_match")
    file.write_bytes(CONTENT + b"3,4\n")
    await clerk.press("enter")
    await clerk.sees("✕ DIFFERENT", "Yours is not the file received.")
    clerk.keeps("compare_different")


async def test_a_pasted_hash_in_the_output_of_certutil_matches_at_once(clerk: Person) -> None:
    """FAQ Q26: the sample of certutil."""
    await clerk.press("down", "down", "v")
    await clerk.sees(f"Compare with {NAME}")
    await clerk.pastes(
        f"SHA256 hash of C:\\Users\\{NAME}:\r\n{SHA256.upper()}\r\n"
        "CertUtil: -hashfile command completed successfully.\r\n"
    )
    await clerk.sees("● MATCH")
    await clerk.press("ctrl+u")
    await clerk.pastes(SHA256[:-1] + ("0" if SHA256[-1] != "0" else "1"))
    await clerk.sees("✕ DIFFERENT")


async def test_a_pasted_hash_that_is_incomplete_or_of_another_kind_is_explained(clerk: Person) -> None:
    await clerk.press("down", "down", "v")
    await clerk.sees(f"Compare with {NAME}")
    await clerk.press("ctrl+u")
    await clerk.pastes(hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest())
    await clerk.sees("That is a SHA-1 value")
    await clerk.press("ctrl+u")
    await clerk.pastes(SHA256[:60])
    await clerk.sees("4 of the 64 digits of a SHA-256 are missing")


async def test_the_receipt_is_shown_and_saved_but_never_over_a_file_unasked(clerk: Person, tmp_path: Path) -> None:
    target = tmp_path / "kept.receipt"
    target.write_text("mine")
    await clerk.press("down", "down", "enter")
    await clerk.sees("signed, in the log: entry 4 of")
    await clerk.press("enter")
    await clerk.sees("receipt-v1", f"sha256: {SHA256}", "submitter: CHAN01")
    clerk.keeps("receipt_text")
    await clerk.press("end")
    await clerk.sees("● by SHA256:", "● entry 4 of", "with what w saves:", "ssh-keygen -Y verify")
    clerk.keeps("receipt_checks")
    await clerk.press("enter")
    await clerk.sees("Receipt keys", "● signs")
    await clerk.press("escape")
    await clerk.sees("ssh-keygen -Y verify")
    await clerk.press("home")
    await clerk.press("w")
    await clerk.sees("Save the receipt")
    await clerk.press("ctrl+u")
    await clerk.pastes(str(target))
    await clerk.press("enter")
    await clerk.sees("kept.receipt exists already", "Replace file")
    clerk.keeps("save_replace")
    await clerk.press("n")
    assert target.read_text() == "mine"
    await clerk.press("enter")
    await clerk.sees("kept.receipt exists already")
    await clerk.press("y")
    await clerk.sees("Saved:")
    text = target.read_text("ascii")
    assert text.startswith("receipt-v1\norigin: ")
    await clerk.sees("signature, proof and allowed_signers", "ssh-keygen -Y verify")
    assert {"kept.receipt.sig", "kept.proof", "allowed_signers"} <= {one.name for one in tmp_path.iterdir()}
    assert stat.S_ISREG(target.stat().st_mode)


async def test_a_receipt_that_does_not_verify_says_so_and_what_to_do(clerk: Person, world: World) -> None:
    with unguarded(world) as to:
        to.execute(update(tables.activity).where(tables.activity.c.version == 2).values(signature=bytes(64)))
    await clerk.press("down", "down", "enter")
    await clerk.sees("✕ does not verify: Signature   Enter says why")
    clerk.keeps("receipt_wrong")
    await clerk.press("enter", "end")
    await clerk.sees("✕ It was not signed", "Compare allowed_signers with the")
    clerk.keeps("receipt_wrong_checks")


async def test_a_receipt_whose_proof_cannot_be_had_is_shown_without_one(
    clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: EcpClient, log_index: int, *, background: bool = False) -> Proof:
        raise Refused(UNREACHABLE, server="127.0.0.1", why="connection refused")

    monkeypatch.setattr(EcpClient, "proof", away)
    await clerk.press("down", "down", "enter")
    await clerk.sees("○ not verified: 9001 Cannot reach the server   F5 again")
    clerk.keeps("receipt_unproven")


async def test_what_the_filter_finds_is_exported_as_csv_or_json(clerk: Person, tmp_path: Path) -> None:
    for name in ("found.csv", "found.json"):
        await clerk.press("w")
        await clerk.sees("Export 4 rows as .csv or .json")
        await clerk.press("ctrl+u")
        await clerk.pastes(str(tmp_path / name))
        await clerk.press("enter")
        await clerk.sees("Saved:")
        await clerk.does_not_see("Export 4 rows")
    rows = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8-sig").splitlines()))
    assert [row["state"] for row in rows] == ["accepted", "refused", "accepted", "superseded"]
    items = json.loads((tmp_path / "found.json").read_text())["items"]
    assert items[2]["sha256"] == SHA256
    assert items[1]["fault"]["number"] == 4505


async def test_the_next_page_comes_when_the_end_is_reached(opens: Opens, world: World, tmp_path: Path) -> None:
    for number in range(130):
        path = tmp_path / f"BAD_{number:03d}.csv"
        path.write_bytes(b"x")
        await sends(world, path, "SD-1", "01234", date(2022, 5, 20), number + 1)
        world.clock.move(minutes=1.5)
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        await person.goes_to("Activity")
        await person.sees("1 of 130", "BAD_129.csv")
        await person.press("G")
        await person.sees("100 of 130")
        await person.press("G")
        await person.sees("130 of 130", "BAD_000.csv")


async def test_a_new_act_appears_by_itself_and_the_row_stays(clerk: Person, world: World, tmp_path: Path) -> None:
    await clerk.press("down", "down")
    await clerk.sees("3 of 4")
    path = tmp_path / "LOP_01234_20220520.csv"
    path.write_bytes(POSITIONS)
    await sends(world, path, "LOP", "01234", date(2022, 5, 20), 9)
    await clerk.press("f5")
    await clerk.sees("4 of 5", "LOP_01234_20220520.csv")


async def test_a_server_out_of_reach_keeps_the_list_and_f5_goes_on(opens: Opens, world: World, tmp_path: Path) -> None:
    await history(world, tmp_path)
    line = Cuttable(world.app, raise_app_exceptions=False)
    async with opens(transport=line) as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        await person.goes_to("Activity")
        await person.sees("of 4")
        line.down = True
        await person.press("f5")
        await person.sees("9001", "F5 in the console", NAME)
        person.keeps("activity_unreachable")
        line.down = False
        await person.press("f5")
        await person.does_not_see("9001")


async def test_without_any_activity_the_way_to_the_first_file_is_shown(chan: Person) -> None:
    await chan.sees("Due today")
    await chan.goes_to("Activity")
    await chan.sees("No activity yet. n submits the first file.")
    chan.keeps("activity_empty")
    await chan.press("n")
    await chan.sees("File Submission")


async def test_copying_says_that_it_went_to_the_terminals_clipboard(clerk: Person) -> None:
    await clerk.press("down", "down", "c")
    await clerk.sees("Sent to the terminal's clipboard", SHA256[:32])


async def test_wide_east_asian_text_moves_no_column(opens: Opens, world: World, tmp_path: Path) -> None:
    path = tmp_path / "陳大文證券.csv"
    path.write_bytes(b"x")
    await sends(world, path, "SD-1", "01234", date(2022, 5, 20), 1)
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        await person.sees("Due today")
        await person.goes_to("Activity")
        await person.sees("陳大文證券.csv", "✕ 4505")
        person.keeps("activity_wide")
