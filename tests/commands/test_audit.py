"""`ecp audit`: the log listed, shown, exported, and an export verified without a server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ecp, SignIn

NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def audit(chan: Ecp, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ecp:
    """An auditor's, after somebody filed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).write_bytes(b"a\n")
    assert chan("submit", NAME).code == 0
    return sign_in("AUDIT01")


def test_entries_are_listed_found_and_shown(audit: Ecp) -> None:
    said = audit("audit")
    assert said.code == 0 and said.out.splitlines()[0].split()[:3] == ["ENTRY", "AT", "WHO"]
    assert NAME in said.out
    page = audit("audit", "list", "--act", "accepted", "--json").data
    assert [one["subject"] for one in page["items"]] == [NAME] and page["cursor"] is None
    index = page["items"][0]["log_index"]
    shown = audit("audit", "show", str(index))
    assert shown.out.startswith(f"CHAN01: accepted, {NAME} in SD-1") and "receipt-v1" in shown.out
    assert audit("audit", "show", str(index), "--json").data["text"].startswith("receipt-v1\n")
    more = audit("audit", "--limit", "1")
    assert "the next ones: --cursor" in more.err
    mark = audit("audit", "--limit", "1", "--json").data["cursor"]
    assert audit("audit", "--limit", "1", "--cursor", mark, "--json").data["items"][0]["log_index"] < page["size"] - 1
    assert "No entry is of that kind." in audit("audit", "--text", "nobody says this").err
    assert audit("audit", "show", "999999").code == 4


def test_the_whole_log_is_exported_and_verified_on_any_computer(
    audit: Ecp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = audit("audit", "export", "-o", "log.jsonl", "--json")
    assert said.code == 0 and said.data["whole"] is True
    assert audit("audit", "export", "-o", "log.jsonl").code == 2, "nothing is written over"
    assert audit("audit", "list", "--act", "exported", "--json").data["items"], "it was recorded"
    monkeypatch.setenv("ECP_SERVER", "http://127.0.0.1:1")  # nobody is asked
    verified = audit("audit", "verify", "log.jsonl", "--json")
    assert verified.code == 0 and verified.data["state"] == "verified"
    assert verified.data["size"] == said.data["entries"]
    assert audit("audit", "verify", "log.jsonl").out.startswith("VERIFIED  ecp.local")


def _edited(lines: list[str]) -> list[str]:
    at = next(index for index, line in enumerate(lines) if NAME in line)
    return [*lines[:at], lines[at].replace("01234", "01235"), *lines[at + 1 :]]


def _swapped(lines: list[str]) -> list[str]:
    return [lines[1], lines[0], *lines[2:]]


@pytest.mark.parametrize(
    ("hurt", "words"),
    [
        (_edited, "entries are not those that were signed"),
        (_swapped, "Line 1: Entry 0 says that it is another one"),
        (lambda lines: lines[:-2] + lines[-1:], "entries are not the"),
        (lambda lines: [lines[0].replace("entry-v1", "entry-v9"), *lines[1:]], "Line 1: Entry 0 is no entry of a log"),
    ],
)
def test_an_export_that_was_changed_is_not_verified(
    audit: Ecp, tmp_path: Path, hurt: Callable[[list[str]], list[str]], words: str
) -> None:
    assert audit("audit", "export", "-o", "log.jsonl").code == 0
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(hurt(file.read_text().splitlines())) + "\n")
    said = audit("audit", "verify", "log.jsonl")
    assert said.code == 5 and said.out.startswith("NOT VERIFIED") and words in said.out


def test_keys_that_one_keeps_go_before_those_in_the_file(audit: Ecp, tmp_path: Path) -> None:
    assert audit("audit", "export", "-o", "log.jsonl").code == 0
    (tmp_path / "mine").write_text("")
    said = audit("audit", "verify", "log.jsonl", "--signers", "mine")
    assert said.code == 5 and "NOT VERIFIED" in said.out
    last = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    (tmp_path / "mine").write_text(last["allowed_signers"])
    (tmp_path / "gone").write_text(last["allowed_signers"].split('" ')[-1])
    assert audit("audit", "verify", "log.jsonl", "--signers", "mine").code == 0
    assert audit("audit", "verify", "log.jsonl", "--signers", "mine", "--revoked", "gone").code == 5
    (tmp_path / "other").write_text("no log\n")
    assert audit("audit", "verify", "other").code == 2
    (tmp_path / "other").write_text("{}\n")
    refused = audit("audit", "verify", "other")
    assert refused.code == 2 and "ends without a checkpoint" in refused.err


def test_everybody_exports_what_is_theirs(audit: Ecp, sign_in: SignIn, tmp_path: Path) -> None:
    assert audit("audit", "export", "--text", "x" * 200, "-o", "none.jsonl").code == 2
    assert not (tmp_path / "none.jsonl").exists()
    assert audit("audit", "export", "--company", "ACME", "-o", "acme.jsonl", "--json").data["whole"] is False
    chan = sign_in("CHAN01")
    said = chan("audit", "export", "-o", "mine.jsonl", "--json")
    assert said.code == 0 and said.data["whole"] is False
    lines = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text().splitlines()]
    assert len(lines) == said.data["entries"] > 0
    assert all("CHAN01" in (one["login_id"], one["subject"]) for one in lines)
    (exported,) = chan("audit", "list", "--act", "exported", "--json").data["items"]
    assert exported["login_id"] == "CHAN01"
