"""Numbers and times are written as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ecp_tui import wording

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
MOMENT = datetime(2026, 11, 22, 7, 41, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (41_992, "42.0 KB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (2_147_483_648, "2.1 GB"),
        (5_000_000_000_000, "5.0 TB"),
        (5_000_000_000_000_000, "5,000.0 TB"),
    ],
)
def test_sizes_have_units(number: int, words: str) -> None:
    assert wording.size(number) == words


def test_an_exact_size_can_be_compared() -> None:
    assert wording.size_exact(41_992) == "42.0 KB (41,992 bytes)"
    assert wording.size_exact(12) == "12 bytes"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (38.9, "38 s"), (60, "1 min"), (14 * 60, "14 min"), (15_540, "4 h 19 min"), (90_000, "1 d 1 h")],
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


def test_the_time_left_of_a_transfer_counts_seconds() -> None:
    assert (wording.eta(185), wording.eta(12), wording.eta(3600)) == ("3 min 5 s", "12 s", "1 h 0 min")


def test_counts_have_separators_and_their_noun() -> None:
    assert wording.count(1) == "1"
    assert wording.count(1, "file") == "1 file"
    assert wording.count(1234, "file") == "1,234 files"
    assert wording.count(1000, more=True) == "1,000+"


def test_a_hash_is_shown_in_groups_of_16() -> None:
    groups = wording.hash_groups("3c13f6a4f78ab9f9129d71368aa1ae91b512d3ca0c503722ac28c1c2162ae649")
    assert groups == ["3c13f6a4f78ab9f9", "129d71368aa1ae91", "b512d3ca0c503722", "ac28c1c2162ae649"]


def test_instants_are_shown_in_the_deployments_zone() -> None:
    assert wording.when(MOMENT, HONG_KONG) == "22 Nov 15:41"
    assert wording.when(MOMENT, HONG_KONG, seconds=True, year=True) == "22 Nov 2026 15:41:07"
    assert wording.clock(MOMENT, HONG_KONG) == "15:41"
    assert wording.zone_name(MOMENT, HONG_KONG) == "HKT"
    assert wording.zone_name(MOMENT, ZoneInfo("Asia/Dubai")) == "UTC+04"
    assert wording.day(date(2026, 11, 20)) == "2026-11-20 (Fri)"


def test_wide_characters_take_two_columns() -> None:
    assert wording.cells("陳大文證券") == 10
    assert wording.cells("CHAN01") == 6
