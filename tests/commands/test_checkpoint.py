"""`ecp checkpoint`: what the log is now, and that it only grew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.contract.rules.checkpoints import Checkpoint, checkpoint_text, read_checkpoint, read_signed, signed_text
from backend.contract.rules.signers import SigningKey, allowed_signers
from backend.contract.rules.sshsig import CHECKPOINTS, armour, blob_of, to_sign
from tests.commands.conftest import Ecp

NAME = "SD1_01234_20220520.csv"


class Forger:
    """Signs logs that never were, with a key of its own."""

    def __init__(self, origin: str) -> None:
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        self._blob = blob_of(public)
        self.signers = allowed_signers(origin, [SigningKey(public)])

    def signs(self, checkpoint: Checkpoint) -> str:
        text = checkpoint_text(checkpoint)
        return signed_text(text, armour(self._blob, CHECKPOINTS, self._key.sign(to_sign(CHECKPOINTS, text.encode()))))


@pytest.fixture
def saved(chan: Ecp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the log was before one more file was submitted, whose receipt and proof lie there, too."""
    monkeypatch.chdir(tmp_path)
    said = chan("checkpoint", "-o", "log.checkpoint")
    assert said.code == 0 and said.out.startswith("VERIFIED") and "saved" in said.out
    (tmp_path / NAME).write_bytes(b"a\n")
    index = chan("submit", NAME, "--json").data["log_index"]
    assert chan("receipts", "save", str(index)).code == 0
    return tmp_path / "log.checkpoint"


def test_a_log_that_only_grew_is_consistent_with_what_was_saved(chan: Ecp, saved: Path) -> None:
    before = saved.read_text()
    said = chan("checkpoint", "--since", saved, "--json")
    assert said.code == 0 and said.data["state"] == "consistent" and said.data["path"] == ""
    assert [one["name"] for one in said.data["checks"]] == ["checkpoint", "since", "log"]
    assert chan("checkpoint", "--since", f"{NAME}.proof").out.startswith("CONSISTENT"), "the log still has the receipt"
    refused = chan("checkpoint", "--since", saved, "-o", saved)
    assert refused.code == 2 and "--replace" in refused.err and saved.read_text() == before
    assert chan("checkpoint", "--since", saved, "-o", saved, "--replace").code == 0 and saved.read_text() != before
    again = chan("checkpoint", "--since", "-", "-o", "-", typed=saved.read_text())
    assert again.code == 0 and again.out == saved.read_text(), "the same log, and the same file"


def test_a_log_that_does_not_begin_with_what_was_saved_is_not_consistent(chan: Ecp, saved: Path) -> None:
    text = read_signed(saved.read_text())[0]
    old = read_checkpoint(text)
    forger = Forger(old.origin)
    signers = saved.with_name("signers")
    signers.write_text((saved.with_name("allowed_signers")).read_text() + forger.signers)
    for other in (
        Checkpoint(old.origin, old.size, bytes(32), old.at),
        Checkpoint(old.origin, old.size + 10_000, old.root, old.at),
        Checkpoint("elsewhere.example", old.size, old.root, old.at),
    ):
        saved.write_text(forger.signs(other))
        said = chan("checkpoint", "--since", saved, "--signers", signers, "-o", "new.checkpoint", "--json")
        assert (said.code, said.data["state"]) == (5, "not-consistent") and said.data["path"] == ""
        assert {one["name"]: one["state"] for one in said.data["checks"]}["log"] == "wrong"
    assert not saved.with_name("new.checkpoint").exists(), "what does not hold is not saved"
    assert "does not begin" in _said(chan, saved, forger.signs(Checkpoint(old.origin, old.size, bytes(32), old.at)))


def test_nothing_is_believed_that_the_kept_keys_did_not_sign(chan: Ecp, saved: Path) -> None:
    old = read_checkpoint(read_signed(saved.read_text())[0])
    forger = Forger(old.origin)
    saved.with_name("others").write_text(forger.signers)
    said = chan("checkpoint", "--signers", "others", "--json")
    assert (said.code, said.data["state"]) == (5, "not-verified") and said.data["checks"][0]["remedy"]
    words = _said(chan, saved, forger.signs(old))
    assert "since       WRONG" in words and "NOT CONSISTENT" in words, "the right root, but not signed"


def test_what_is_no_checkpoint_is_refused_in_words(chan: Ecp, saved: Path) -> None:
    whole = saved.read_bytes()
    for data in (b"", b"\xff", whole.replace(b"\n", b"\r\n"), whole[: len(whole) // 4]):
        saved.write_bytes(data)
        refused = chan("checkpoint", "--since", saved)
        assert refused.code == 2 and "neither a checkpoint nor a proof" in refused.err
    shutil.move(saved, saved.with_name("gone"))
    assert "There is no file" in chan("checkpoint", "--since", saved).err


def _said(chan: Ecp, saved: Path, signed: str) -> str:
    saved.write_text(signed)
    said = chan("checkpoint", "--since", saved)
    assert said.code == 5
    return said.out
