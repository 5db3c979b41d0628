"""`ecp receipts`: listed, shown, and saved byte for byte."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest

from ecp_tui.holdings import SHOWS_KEYS, script
from tests.adapters.filing import file
from tests.commands.conftest import SERVER, Ecp, SignIn
from tests.sftp_world import installed
from tests.world import World

NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def filed(chan: Ecp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two versions of one file, by their places in the log; and a refusal."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / NAME
    found = []
    for content in (b"a\n", b"b\n"):
        file.write_bytes(content)
        found.append(int(chan("submit", file, "--json").data["log_index"]))
    assert chan("submit", file, "--input-date", "2022-05-19").code == 5
    return found


def test_receipts_are_listed_newest_first_and_refusals_have_none(chan: Ecp, filed: list[int]) -> None:
    data = chan("receipts", "--json").data
    assert [one["log_index"] for one in data["items"]] == filed[::-1] and data["more"] is False
    said = chan("receipts", "list", "--limit", "1")
    assert str(filed[1]) in said.out and "older ones" in said.err
    assert "no receipt" in chan("receipts", "--folder", "SD-1", "--from", "2022-05-21").err


def test_a_receipt_is_shown_and_saved_as_it_was_issued(chan: Ecp, filed: list[int], tmp_path: Path) -> None:
    one = chan("receipts", "show", str(filed[1]), "--json").data
    assert hashlib.sha256(b"\0" + one["receipt"].encode()).hexdigest() == one["leaf_hash"]
    assert chan("receipts", "show", str(filed[1])).out == one["receipt"]
    said = chan("receipts", "save", *map(str, filed), "--json").data
    assert [Path(item["path"]).name for item in said["items"]] == [f"{NAME}.v1.receipt", f"{NAME}.receipt"]
    assert (tmp_path / f"{NAME}.receipt").read_text() == one["receipt"]
    again = chan("receipts", "save", str(filed[1]))
    assert again.code == 2 and "--replace" in again.err
    assert chan("receipts", "save", str(filed[1]), "--replace").code == 0
    assert chan("receipts", "save", str(filed[1]), "--output", "mine.txt").code == 0
    assert (tmp_path / "mine.txt").read_text() == one["receipt"]
    both = chan("receipts", "save", *map(str, filed), "-o", "-")
    assert both.out.count("receipt-v1\n") == 2 and one["receipt"] in both.out


def test_what_was_saved_verifies_on_a_computer_that_asks_nobody(
    ecp: Ecp, chan: Ecp, filed: list[int], tmp_path: Path
) -> None:
    said = chan("receipts", "save", *map(str, filed))
    assert said.code == 0 and said.out.count("ssh-keygen -Y verify -f allowed_signers") == 2
    beside = {f"{NAME}{version}.{kind}" for version in ("", ".v1") for kind in ("receipt", "receipt.sig", "proof")}
    assert beside | {"allowed_signers", "revoked_keys"} <= {one.name for one in tmp_path.iterdir()}
    (tmp_path / NAME).write_bytes(b"b\n")
    assert ecp("verify", NAME, "--receipt", f"{NAME}.receipt", "--server", "http://127.0.0.1:9").code == 0
    assert ecp("verify", NAME, "--receipt", f"{NAME}.v1.receipt").code == 5, "those are the bytes of the later one"
    (tmp_path / "allowed_signers").write_text('ecp.local namespaces="receipt-v1@ecp" ssh-ed25519 AAAA\n')
    refused = chan("receipts", "save", str(filed[0]), "--output", "new.receipt")
    assert refused.code == 2 and "other keys" in refused.err


def test_a_bundle_verifies_by_its_own_script(chan: Ecp, filed: list[int], tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"b\n")
    assert chan("receipts", "bundle", *map(str, filed), "--file", NAME, "-o", "one.tar").code == 0
    assert chan("receipts", "bundle", *map(str, filed), "--file", NAME, "-o", "two.tar", "--json").code == 0
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes(), "the same, whenever it is made"
    with tarfile.open(tmp_path / "one.tar") as tar:
        assert {one.mode for one in tar.getmembers()} == {0o644, 0o755} and {one.mtime for one in tar.getmembers()} == {
            0
        }
        tar.extractall(tmp_path / "there", filter="data")
    folder = tmp_path / "there" / "evidence"
    assert (folder / "verify.sh").read_text() == chan("receipts", "script").out
    words = (folder / "README.txt").read_text()
    assert words.count("ssh-keygen -Y verify") == 4 and f"sh verify.sh {NAME}.receipt {NAME}" in words
    assert installed("openssl") and installed("ssh-keygen")

    def verified(*told: str) -> str:
        ran = subprocess.run(["sh", "verify.sh", *told], cwd=folder, capture_output=True, text=True)
        assert (ran.returncode == 0) == ran.stdout.endswith("\nVERIFIED\n"), ran
        return ran.stdout

    for told in ([f"{NAME}.receipt", NAME], [f"{NAME}.receipt"], [f"{NAME}.v1.receipt"]):
        assert verified(*told).endswith("\nVERIFIED\n") and "WRONG" not in verified(*told)
    assert "file        WRONG" in verified(f"{NAME}.v1.receipt", NAME)
    whole = {one.name: one.read_bytes() for one in folder.iterdir()}
    spoilt = {
        f"{NAME}.receipt": (whole[f"{NAME}.receipt"].replace(b"size: 2", b"size: 3"), "log         WRONG"),
        f"{NAME}.receipt.sig": (whole[f"{NAME}.v1.receipt.sig"], "signature   WRONG"),
        f"{NAME}.proof": (whole[f"{NAME}.v1.proof"], "log         WRONG"),
        "allowed_signers": (whole["allowed_signers"].replace(b"checkpoint-v1@ecp", b"x"), "checkpoint  WRONG"),
        "revoked_keys": (whole["allowed_signers"].split(b" ", 2)[2], "signature   WRONG"),
    }
    for name, (data, what) in spoilt.items():
        (folder / name).write_bytes(data)
        said = verified(f"{NAME}.receipt", NAME)
        assert what in said and said.endswith("NOT VERIFIED\n"), (name, said)
        (folder / name).write_bytes(whole[name])
    (folder / f"{NAME}.receipt").write_bytes(whole[f"{NAME}.receipt"].replace(b"\n", b"\r\n"))
    assert "line ends" in verified(f"{NAME}.receipt", NAME)


def test_no_receipt_and_no_file_takes_the_place_of_another_of_its_name(
    ecp: Ecp, chan: Ecp, world: World, filed: list[int], tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"b\n")
    world.services.inbox.give_back(world.actor("OPER01"), filed[1], "of another day")
    again = int(chan("submit", NAME, "--json").data["log_index"])
    both = [f"{NAME}.v2.receipt", f"{NAME}.receipt"]
    said = chan("receipts", "save", str(filed[1]), str(again), "--output", tmp_path, "--json").data
    assert [Path(item["path"]).name for item in said["items"]] == both
    for receipt in both:
        assert ecp("verify", NAME, "--receipt", receipt).code == 0
    assert chan("receipts", "bundle", str(filed[1]), str(again), "--file", NAME, "-o", "both.tar").code == 0
    with tarfile.open(tmp_path / "both.tar") as tar:
        assert {f"evidence/{name}" for name in (*both, NAME)} <= set(tar.getnames())
    named = [file(world, (name,), input_date=date(2022, 5, 12)) for name in ("a b.csv", "A_B.csv", "a_b.csv")]
    same = [str(row.log_index) for (row,) in named]
    said = chan("receipts", "save", *same, "--output", tmp_path, "--json").data
    names = [Path(item["path"]).name for item in said["items"]]
    assert names == [f"a_b.csv.{same[0]}.receipt", f"A_B.csv.{same[1]}.receipt", f"a_b.csv.{same[2]}.receipt"]
    for name in ("README.txt", "verify.sh", "allowed_signers", both[0]):
        (tmp_path / name).write_bytes(b"mine\n")
        refused = chan("receipts", "bundle", str(filed[1]), str(again), "--file", name, "-o", "other.tar")
        assert refused.code == 2 and "what another file in there is called" in refused.err, name
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / NAME).write_bytes(b"c\n")
    refused = chan("receipts", "bundle", str(again), "--file", NAME, "--file", f"sub/{NAME}", "-o", "other.tar")
    assert refused.code == 2 and "the same name" in refused.err and not (tmp_path / "other.tar").exists()


def test_what_has_no_receipt_or_is_another_companys_is_2001(
    chan: Ecp, sign_in: SignIn, filed: list[int], tmp_path: Path
) -> None:
    assert chan("receipts", "show", "0", "--json").data["fault"]["number"] == 2001
    assert chan("receipts", "save", str(filed[0]), "999999").code == 4
    assert not list(tmp_path.glob("*.receipt")), "nothing is saved where one is missing"
    assert sign_in("TAI09")("receipts", "show", str(filed[0])).code == 4


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
def test_the_script_runs_nothing_that_stands_in_a_strangers_files(shell: str, tmp_path: Path) -> None:
    """In bash, which is sh on macOS, arithmetic runs commands that stand in the place of a number."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    assert installed("openssl")
    (tmp_path / "verify.sh").write_bytes(script())
    wrong = ("PATH[$(>RAN)0]", "BASH_VERSINFO[$(touch${IFS}RAN)0]", "010", "-1", "", "1+1", "9" * 30)
    for index, size in [*((one, "2") for one in wrong), *(("0", one) for one in wrong)]:
        receipt = (
            f"receipt-v1\norigin: e\nlog-index: {index}\nfile-name: a\nsha256: 0\nreceived: 2026-11-23T10:00:00.000Z\n"
        )
        (tmp_path / "a.receipt").write_text(receipt)
        leaf = b64encode(hashlib.sha256(b"\0" + receipt.encode()).digest()).decode()
        (tmp_path / "a.proof").write_text(f"c2sp.org/tlog-proof@v1\nindex {index}\n\ne\n{size}\n{leaf}\nat: x\n\n")
        ran = subprocess.run(
            [shell, "verify.sh", "a.receipt"], cwd=tmp_path, capture_output=True, text=True, timeout=20
        )
        assert not (tmp_path / "RAN").exists(), (shell, index, size)
        assert ran.returncode == 1 and ran.stdout.endswith("\nNOT VERIFIED\n"), (shell, index, size, ran)
        assert "log         WRONG" in ran.stdout, (shell, index, size, ran.stdout)


def test_the_keys_are_shown_and_saved_without_signing_in_and_none_that_was_kept_is_lost(
    ecp: Ecp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECP_SERVER", SERVER)
    data = ecp("receipts", "keys", "--json", "-o", ".").data
    assert [one["state"] for one in data["items"]] == ["signs"] and data["items"][0]["until"] is None
    assert (tmp_path / "allowed_signers").read_text() == data["allowed_signers"]
    assert (tmp_path / "revoked_keys").read_text() == data["revoked_keys"] == ""
    assert ecp("receipts", "keys", "-o", "-").out == data["allowed_signers"]
    told = ecp("receipts", "keys").out
    assert data["items"][0]["fingerprint"] in told
    shown = subprocess.run(SHOWS_KEYS, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S602  the line that is printed is what is tried
    assert data["items"][0]["fingerprint"] in shown
    (tmp_path / "allowed_signers").write_text("other\n")
    assert "has other keys" in ecp("receipts", "keys", "-o", "allowed_signers").err
    assert (tmp_path / "allowed_signers").read_text() == "other\n"


def test_the_script_prints_nothing_that_a_terminal_would_obey_and_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "verify.sh").write_bytes(script())
    shell, receipt = installed("sh"), tmp_path / "-x.receipt"

    def said(*told: str, **env: str) -> tuple[int, bytes]:
        ran = subprocess.run(
            [shell, "verify.sh", *told], cwd=tmp_path, capture_output=True, env=env or None, timeout=20
        )
        return ran.returncode, ran.stdout + ran.stderr

    for named in (b"\x1b]0;owned\x07", b"\xc2\x9b31m", b"a\rb", b"\x00"):
        receipt.write_bytes(b"receipt-v1\nfile-name: " + named + b"\norigin: e\n")
        code, words = said(receipt.name)
        assert code == 1 and named not in words and b"this is no receipt" in words
    receipt.write_bytes(b"receipt-v1\nfile-name: a\norigin: e\nsha256: 0\n")
    (tmp_path / "-x.receipt.sig").write_bytes(b"\x1b[31m")
    (tmp_path / "allowed_signers").write_bytes(b"\x1b[31m e\n")
    code, words = said(receipt.name, "nothing\x1b")
    assert code == 1 and b"file        MISSING  nothing cannot be read" in words and b"\x1b" not in words
    assert b"ssh-keygen: " in words, "why, in its own words"
    assert said(receipt.name, PATH="") == (2, b"openssl is not installed\n")
    assert said("nothing.receipt")[0] == 2
