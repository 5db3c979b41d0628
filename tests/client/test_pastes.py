"""A SHA-256 is found in whatever people paste, and paths in whatever quoting their terminal gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.faults import Refused
from ecp_tui.pastes import MOST, find_hash, find_paths
from ecp_tui.wording import hash_groups

FAQ_HASH = "3c13f6a4f78ab9f9129d71368aa1ae91b512d3ca0c503722ac28c1c2162ae649"
OTHER = "9129d71368aa1ae91b512d3ca0c503722ac28c1c2162ae6493c13f6a4f78ab9f9"[:64]
PAIRS = " ".join(FAQ_HASH[at : at + 2] for at in range(0, 64, 2))

FAQ_SAMPLE = rf"""Administrator: Command Prompt
Microsoft Windows [Version 10.0.19042.1526]
(c) Microsoft Corporation. All rights reserved.

C:\Users\> certutil -hashfile C:\Users\RP4_DEVELOPER1\Documents\Cash_Trading\SD1_09999_20220519.csv SHA256
SHA256 hash of C:\Users\RP4_DEVELOPER1\Documents\Cash_Trading\SD1_09999_20220519.csv:
{FAQ_HASH}
CertUtil: -hashfile command completed successfully.

C:\Users\>
"""


def test_the_faq_sample_of_certutil_gives_its_hash() -> None:
    assert find_hash(FAQ_SAMPLE) == FAQ_HASH


@pytest.mark.parametrize(
    "paste",
    [
        FAQ_HASH,
        f"  {FAQ_HASH.upper()}\r\n",
        f"{FAQ_HASH}  SD1_09999_20220519.csv",
        f"{FAQ_HASH} *C:\\SD1.csv",
        f"\\{FAQ_HASH}  back\\\\slash.csv",
        f"SHA256 (SD1_09999_20220519.csv) = {FAQ_HASH}",
        f"SHA2-256(SD1.csv)= {FAQ_HASH}",
        f"Algorithm       Hash              Path\n---------       ----         ----\n"
        f"SHA256          {FAQ_HASH.upper()}       C:\\Users\\SD1.csv",
        f"SHA256 hash of file C:\\ab.csv:\r\n{PAIRS}\r\nCertUtil: -hashfile command completed successfully.",
        ":".join(FAQ_HASH[at : at + 2] for at in range(0, 64, 2)).upper(),
        " ".join(hash_groups(FAQ_HASH)),
        "\n".join(hash_groups(FAQ_HASH)),
        "SHA-256  " + "  ".join(hash_groups(FAQ_HASH)[:2]) + "\n         " + "  ".join(hash_groups(FAQ_HASH)[2:]),
        " ".join(FAQ_HASH[at : at + 4] for at in range(0, 64, 4)),
        f"{FAQ_HASH}\n{FAQ_HASH.upper()}",
    ],
)
def test_every_tools_output_gives_the_hash(paste: str) -> None:
    assert find_hash(paste) == FAQ_HASH


def test_a_hexadecimal_word_before_the_pairs_does_not_shift_them() -> None:
    assert find_hash(f"hash of ab\n{PAIRS}\n") == FAQ_HASH


def test_two_different_hashes_are_refused_in_words() -> None:
    with pytest.raises(Refused) as refused:
        find_hash(f"{FAQ_HASH}\n{OTHER}")
    assert "2 different SHA-256 values" in refused.value.what


@pytest.mark.parametrize(
    ("paste", "words"),
    [
        ("", "No SHA-256 was found"),
        ("no hash here", "No SHA-256 was found"),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "That is a SHA-1 value"),
        ("d41d8cd98f00b204e9800998ecf8427e", "That is an MD5 value"),
        (FAQ_HASH[:-3], "3 of the 64 digits of a SHA-256 are missing"),
        (f"{FAQ_HASH}0", "No SHA-256 was found"),
    ],
)
def test_a_paste_without_a_hash_says_what_it_is_instead(paste: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        find_hash(paste)
    assert words in refused.value.what


@pytest.mark.parametrize(
    ("paste", "paths"),
    [
        ("/data/a.csv", ["/data/a.csv"]),
        ('"/data/my file.csv"', ["/data/my file.csv"]),
        ("'/data/my file.csv' ", ["/data/my file.csv"]),
        (r"/data/my\ file\(1\).csv", ["/data/my file(1).csv"]),
        ("file:///data/my%20file.csv", ["/data/my file.csv"]),
        ("'/data/a.csv' '/data/b.csv'", ["/data/a.csv", "/data/b.csv"]),
        ("/data/a.csv\n/data/b.csv\r\n\n", ["/data/a.csv", "/data/b.csv"]),
        ("/data/a.csv /data/a.csv", ["/data/a.csv"]),
        ('"/data/open quote.csv', ["/data/open quote.csv"]),
        ("/data/陳大文證券.csv", ["/data/陳大文證券.csv"]),
        ("   ", []),
    ],
)
def test_pasted_paths_are_read_as_a_shell_would(paste: str, paths: list[str]) -> None:
    assert find_paths(paste, windows=False) == [Path(path) for path in paths]


def test_on_windows_a_backslash_is_no_escape() -> None:
    assert find_paths(r'"C:\My files\a.csv" C:\b.csv', windows=True) == [Path(r"C:\My files\a.csv"), Path(r"C:\b.csv")]
    assert find_paths("file:///C:/My%20files/a.csv", windows=True) == [Path("C:/My files/a.csv")]


def test_a_name_with_bare_spaces_is_taken_whole_if_it_exists(tmp_path: Path) -> None:
    file = tmp_path / "my return of today.csv"
    file.write_text("x")
    assert find_paths(str(file)) == [file]


@pytest.mark.parametrize(
    "hostile", ["\x00", "a\x00b", "/" * 9000, "file://", "file://[", "~nobody-here/x", "'\\", '"' * 7]
)
def test_hostile_pastes_end_in_words_or_paths_never_in_a_crash(hostile: str) -> None:
    find_paths(hostile)
    with pytest.raises(Refused):
        find_hash(hostile)


def test_groups_of_uneven_length_are_put_together_and_missing_digits_counted_over_all_of_them() -> None:
    digits = "c7859192" + "1bf06d6a" * 7
    assert find_hash(f"C7859192 {digits[8:24]} {digits[24:]}") == digits
    with pytest.raises(Refused) as refused:
        find_hash(f"C7859192 {digits[8:24]} {digits[24:56]}")
    assert "8 of the 64 digits" in refused.value.what


def test_a_whole_document_is_searched_for_nothing() -> None:
    with pytest.raises(Refused) as refused:
        find_hash("ab " * MOST)
    assert "too long" in refused.value.what
