"""Where a file goes by SFTP, as its name and the account's tree say; and receipts of a server that means no good."""

from __future__ import annotations

from datetime import date

import pytest

from backend.contract.faults import Refused
from backend.contract.rules.receipts import RECEIPT_KEYS, receipt_text
from ecp_tui.client.sftp import receipt_of
from ecp_tui.client.sftp_places import draft_name, place_of, said_date, says_date

TREE = {"01234": ["SD-1", "LOP", "LOPA", "RPT-TRD"], "01235": ["SD-1"]}
ONE = {"01234": ["SD-1", "SD-2"]}


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("SD1_01234_20220520.csv", ("01234", "SD-1")),
        ("SD_01235_20220520.csv", ("01235", "SD-1")),
        ("LOP_01234_20220520.csv", ("01234", "LOP")),
        ("LOPA_01234_20220520.xlsx", ("01234", "LOPA")),
        ("sd1-01234.csv", ("01234", "SD-1")),
    ],
)
def test_identity_and_folder_are_read_from_the_name(name: str, place: tuple[str, str]) -> None:
    assert place_of(name, TREE, folder=None, identity_code=None) == place


@pytest.mark.parametrize(
    ("name", "folder", "identity_code", "number"),
    [
        ("return.csv", None, None, 9002),
        ("SD1_09999_20220520.csv", None, None, 9002),
        ("SD1_01234_01235.csv", None, None, 9002),
        ("XYZ_01234_20220520.csv", None, None, 9002),
        ("SD1_01234_20220520.csv", None, "01235", 4505),
        ("return.csv", "SD-1", "99999", 9002),
        ("return.csv", "RPT", "01234", 4501),
        ("../x.csv", "SD-1", "01234", 4505),
        ("a\x1b]52;c;x\x07.csv", "SD-1", "01234", 4505),
        ("x" * 201, "SD-1", "01234", 4505),
        ("", None, None, 4505),
    ],
)
def test_what_the_name_does_not_say_is_asked_for_and_nothing_is_guessed(
    name: str, folder: str | None, identity_code: str | None, number: int
) -> None:
    with pytest.raises(Refused) as refused:
        place_of(name, TREE, folder=folder, identity_code=identity_code)
    assert refused.value.number == number and "\x1b" not in str(refused.value)


def test_the_only_identity_is_taken_and_two_folders_alike_are_not_chosen_between() -> None:
    assert place_of("SD1_09999.csv", ONE, folder=None, identity_code=None).identity_code == "01234"
    with pytest.raises(Refused):
        place_of("SD_01234.csv", ONE, folder=None, identity_code=None)
    with pytest.raises(Refused):
        place_of("SD1_01234.csv", {}, folder=None, identity_code=None)


def test_dates_and_temporary_names() -> None:
    assert said_date("SD1_01234_20220520.csv") == date(2022, 5, 20)
    assert said_date("SD1_01234_20221320.csv") is None and said_date("CPM_01234_202205.xlsx") is None
    assert says_date("CPM_01234_202205.xlsx", date(2022, 5, 31)) and not says_date("a.csv", date(2022, 5, 31))
    one, other = (draft_name("n" * 200, sha256 * 64) for sha256 in "ab")
    assert one != other and len(one) <= 200 and one.endswith(".part")


def test_a_receipt_is_one_or_it_is_refused_and_what_it_says_is_harmless() -> None:
    facts: dict[str, object] = dict.fromkeys(RECEIPT_KEYS, "x") | {
        "log-index": 7,
        "size": 3,
        "version": 1,
        "supersedes": None,
        "input-date": "2022-05-20",
        "received-start": "2022-05-20T08:00:00.000Z",
        "received": "2022-05-20T08:00:01.000Z",
    }
    told = receipt_of(receipt_text(facts | {"submitter": "Ä\x1b\n%-"}))
    assert told.activity.log_index == 7 and told.activity.supersedes is None
    assert told.activity.login_id == "Ä\\x1b\\x0a%-"
    for key in ("log-index", "received", "size"):
        with pytest.raises(ValueError, match="validation"):
            receipt_of(receipt_text({**facts, key: "never"}))
    for text in ("", "receipt-v1\n", receipt_text(facts).replace("size", "weight"), "\x00" * 100):
        with pytest.raises(ValueError, match="not a receipt"):
            receipt_of(text)
