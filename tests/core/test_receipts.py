"""Receipts: plain text that its holder can hash, whatever the values hold."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.rules.receipts import (
    RECEIPT_KEYS,
    entry_text,
    instant_text,
    leaf_hash,
    read_document,
    receipt_text,
)
from backend.core.activity_row import ActivityRow

NOON = datetime(2022, 5, 20, 12, 0, 0, 123_999, tzinfo=UTC)
values = st.dictionaries(st.sampled_from(RECEIPT_KEYS), st.one_of(st.none(), st.text(max_size=30), st.integers()))


def accepted_row() -> ActivityRow:
    return ActivityRow(
        origin="ecp.local",
        log_index=7,
        act="accepted",
        at=NOON,
        channel="console",
        company="TAIMAN",
        login_id="TAI09",
        folder="SD-1",
        identity_code="09999",
        input_date=date(2022, 5, 12),
        file_name="SD_09999_20220512.csv",
        size=12,
        sha256="ab" * 32,
        version=2,
        supersedes=3,
        received_start=NOON,
        submission="0" * 32,
        object_key="the vault's own business",
        source="192.0.2.1",
    )


def test_a_receipt_has_all_its_keys_in_their_order() -> None:
    lines = accepted_row().text().split("\n")
    assert lines[0] == "receipt-v1" and lines[-1] == ""
    assert tuple(line.split(": ")[0] for line in lines[1:-1]) == RECEIPT_KEYS
    assert "file-name: SD_09999_20220512.csv" in lines
    assert "received: 2022-05-20T12:00:00.123Z" in lines
    assert "supersedes: 3" in lines and "submitter: TAI09" in lines


def test_a_receipt_holds_no_source_address_and_no_place_in_the_vault() -> None:
    text = accepted_row().text()
    assert "192.0.2.1" not in text and "vault" not in text


def test_the_holder_of_a_receipt_can_recompute_its_leaf_hash() -> None:
    text = accepted_row().text()
    assert leaf_hash(text) == hashlib.sha256(b"\x00" + text.encode()).digest()


@given(values)
def test_a_receipt_is_printable_ascii_and_reads_back(given_values: dict[str, object]) -> None:
    text = receipt_text(given_values)
    assert all(" " <= character <= "~" or character == "\n" for character in text)
    assert text.count("\n") == len(RECEIPT_KEYS) + 1
    assert set(read_document(text)) == set(RECEIPT_KEYS)


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_different_values_never_make_the_same_receipt(first: str, second: str) -> None:
    same = receipt_text({"file-name": first}) == receipt_text({"file-name": second})
    assert same == (first == second)


def test_a_value_cannot_forge_a_line() -> None:
    text = receipt_text({"file-name": "a\nsha256: ff", "submitter": "x\r\nversion: 9"})
    assert read_document(text)["file-name"] == "a%0Asha256: ff"
    assert read_document(text)["sha256"] == "-"


def test_what_looks_like_nothing_or_an_escape_is_told_apart() -> None:
    assert "company: -\n" in receipt_text({"company": None})
    assert "company: %2D\n" in receipt_text({"company": "-"})
    assert "company: %2541\n" in receipt_text({"company": "%41"})
    assert "company: %E9%99%B3\n" in receipt_text({"company": "陳"})


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text + "\n",
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("receipt-v1", "receipt-v2"),
        lambda text: text.replace("origin: ", "origin:"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n".join(sorted(text.split("\n"))),
        lambda text: "",
    ],
)
def test_a_damaged_receipt_is_not_read(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(ValueError, match="not a receipt"):
        read_document(damage(accepted_row().text()))


def test_instants_are_utc_with_milliseconds_whatever_their_zone() -> None:
    hong_kong = timezone(timedelta(hours=8))
    assert instant_text(datetime(2022, 5, 20, 20, 0, 0, 1000, tzinfo=hong_kong)) == "2022-05-20T12:00:00.001Z"


def test_every_other_act_is_an_entry_and_no_receipt() -> None:
    row = ActivityRow(origin="ecp.local", log_index=1, act="refused", at=NOON, channel="sftp", fault=4505, count=3)
    text = row.text()
    assert text.startswith("entry-v1\n") and "fault: 4505\n" in text and "count: 3\n" in text
    assert read_document(text)["act"] == "refused"
    assert entry_text({"act": "x"}) != receipt_text({"act": "x"})
