"""The FAQ's thirty questions in our words: all there, short enough for the screen, no number or literal of it lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.contract.faults import FAULTS
from ecp_tui.help_entries import Entry, pages
from ecp_tui.places import PLACES

FAQ = Path(__file__).parent.parent / "ecp_tui" / "screens" / "help_texts" / "faq.md"
LINES_AN_ANSWER = 8
CELLS_A_LINE = 76
CELLS_A_QUESTION = 66

ECP_FORM = "ECP User Type and Delegated Administrator Rights Application / Maintenance Form"
CC_FORM = "Client Connect Delegated Administrator Rights Application / Maintenance Form"
LITERALS: dict[int, tuple[str, ...]] = {
    1: ("existing ECP", "login ID", "password", "One-Time-Password", "Client Connect"),
    2: ("Chrome 88 +", "Edge 88 +", "PC", "iPhone", "iPad"),
    3: ("https://ecp2.hkex.com.hk", "HKEX Client Connect", '"ECP"', "left menu"),
    4: ("at least two", "maker", "checker", "7.4"),
    5: ("CANNOT", "2000"),
    6: ("EU_ECPSFTP", "2000", "7.4"),
    7: ("7.4",),
    8: (ECP_FORM, "7.4"),
    9: (ECP_FORM,),
    10: (ECP_FORM,),
    11: ("4 DAs", "20 users"),
    12: (CC_FORM, ECP_FORM),
    13: ("General Clearing Participant (GCP)", "Non-Clearing Participant (NCP)", "group", "teammate"),
    14: ("SD-1: Stamp Duty Daily Return", "SEHK Participant", "01234", "01235", "2022-04-11", "Submit", "Cancel"),
    15: ("5 consecutive", "30 minutes"),
    16: ("3.1",),
    17: ("3.3",),
    18: (
        "noreply_connect@hkex.com.hk",
        "HKEX Client Connect: Forgotten password email",
        "without symbols and spaces",
        "3.3",
    ),
    19: ("2 hours", "copy and paste", "few minutes"),
    20: ("file download and submission",),
    21: ("Secure File Transfer Protocol (SFTP)", "Securities and Derivatives Network (SDNet)"),
    22: ("5.3", "4.5.1", "4.5.3", "5.5", "5.7"),
    23: ("SD1", "trade date"),
    24: ("4505", "SD_09999_20220512.csv", "2022-05-12"),
    25: ("same name",),
    26: (
        "SHA-256",
        "Windows 10",
        "certutil -hashfile",
        "SD1_09999_20220519.csv",
        "3c13f6a4f78ab9f9129d71368aa1ae91b512d3ca0c503722ac28c1c2162ae649",
    ),
    27: ("disabled and hidden",),
    28: ("first batch", "6 June 2022", "announced in due course"),
    29: ("7.3",),
    30: ("end of 2022",),
}
KEY = re.compile(r"\b(ctrl\+o [1-9]|ctrl\+[a-z]|F[1-9]|Enter)\b")


def answers() -> dict[int, tuple[str, list[str]]]:
    """Question number → question and the lines of its answer, as they stand in the file."""
    found: dict[int, tuple[str, list[str]]] = {}
    lines: list[str] = []
    for line in FAQ.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## (\d+)\. (.+)", line):
            lines = []
            found[int(heading[1])] = (heading[2], lines)
        elif line.startswith("# "):
            lines = []
        else:
            lines.append(line)
    return {number: (question, "\n".join(body).strip("\n").split("\n")) for number, (question, body) in found.items()}


def test_all_thirty_questions_stand_in_their_order_and_groups() -> None:
    text = FAQ.read_text(encoding="utf-8")
    assert list(answers()) == list(range(1, 31))
    assert [line[2] for line in text.splitlines() if line.startswith("# ")] == ["A", "B", "C", "D", "E"]
    assert all(question.endswith("?") or question.endswith("What now?") for question, _ in answers().values())


@pytest.mark.parametrize("number", range(1, 31))
def test_an_answer_fits_the_screen_and_is_plain_text(number: int) -> None:
    question, lines = answers()[number]
    assert 1 < len(lines) <= LINES_AN_ANSWER
    assert len(question) <= CELLS_A_QUESTION
    assert all(line.strip() and len(line) <= CELLS_A_LINE for line in lines)
    assert not re.search(r"[`*<>\[\]|]", "".join(lines)), "the screen shows it as it stands"
    assert "".join(lines).isascii()


@pytest.mark.parametrize("number", range(1, 31))
def test_an_answer_keeps_the_numbers_and_literals_of_the_faq(number: int) -> None:
    question, lines = answers()[number]
    flowing = " ".join(line.strip() for line in [question, *lines])
    for literal in LITERALS[number]:
        assert literal in flowing


@pytest.mark.parametrize("number", range(1, 31))
def test_an_answer_ends_in_the_key_that_opens_the_screen(number: int) -> None:
    _, lines = answers()[number]
    assert KEY.search(lines[-1])


def test_the_keys_the_answers_name_open_the_places_they_say() -> None:
    named = {(place.digit, place.name.split()[0]) for place in PLACES}
    said = re.findall(r"ctrl\+o (\d) (?:opens|is) (\w+)", FAQ.read_text("utf-8"))
    assert said
    assert {(int(digit), name) for digit, name in said} <= named


def test_the_faults_the_answers_name_are_in_the_catalogue() -> None:
    text = FAQ.read_text("utf-8")
    said = re.findall(r"(?:error|same|type|answers) ([1-9]\d{3})\b", text)
    assert {int(number) for number in said} == {1001, 1002, 1003, 2000, 2003, 4505, 4510}
    assert {int(number) for number in said} <= set(FAULTS)


@pytest.mark.parametrize("page", [*pages()], ids=lambda page: page.mark)
def test_what_is_said_of_a_page_fits_the_screen_and_is_plain_text(page: Entry) -> None:
    lines = page.text.splitlines()
    assert 1 < len(lines) <= LINES_AN_ANSWER and len(page.title) <= CELLS_A_QUESTION and page.title.endswith("?")
    assert all(line.strip() and len(line) <= CELLS_A_LINE for line in lines)
    assert "".join(lines).isascii() and not re.search(r"[`*<>\[\]|]", "".join(lines))
