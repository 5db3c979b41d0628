"""`ecp verify --receipt`: a file, its receipt and what vouches for them, on a computer that asks nobody."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.contract.rules.checkpoints import signed_text
from backend.contract.rules.proof_documents import proof_text, read_proof
from backend.contract.rules.sshsig import CHECKPOINTS, RECEIPTS, armour, blob_of, to_sign
from ecp_tui.holdings import script
from tests.commands.conftest import Ecp
from tests.sftp_world import installed
from tests.world import World

CONTENT = b"account,amount\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def held(chan: Ecp, world: World, tmp_path: Path) -> Path:
    """The folder of somebody who submitted a file and saved all there is about it."""
    file = tmp_path / NAME
    file.write_bytes(CONTENT)
    receipt = chan("submit", file, "--json").data
    proof = world.services.checkpoints.proof(world.actor("CHAN01"), receipt["log_index"])
    (tmp_path / f"{NAME}.receipt").write_bytes(proof.receipt.encode())
    (tmp_path / f"{NAME}.receipt.sig").write_bytes(proof.signature.encode())
    (tmp_path / f"{NAME}.proof").write_bytes(proof.proof.encode())
    (tmp_path / "allowed_signers").write_bytes(world.services.checkpoints.allowed_signers().encode())
    return file


def receipt_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.receipt")


def test_a_file_is_verified_without_a_server(ecp: Ecp, held: Path) -> None:
    said = ecp("verify", held, "--receipt", receipt_of(held), "--server", "http://127.0.0.1:9")
    assert said.code == 0 and said.out.startswith(f"VERIFIED  {SHA256}"), said.out
    assert said.out.count(" ok ") == 5 and "from CHAN01 for 01234, SD-1" in said.out
    data = ecp("verify", SHA256, "--receipt", receipt_of(held), "--json").data
    assert data["state"] == "verified" and data["receipt"]["sha256"] == SHA256
    assert [one["state"] for one in data["checks"]] == ["ok"] * 5


def test_whatever_was_changed_is_named_with_what_fixes_it(ecp: Ecp, held: Path, tmp_path: Path) -> None:
    receipt = receipt_of(held)
    whole = {one: one.read_bytes() for one in tmp_path.iterdir() if one.is_file()}
    new_signing_key(tmp_path / "another")
    other = SigningKeyFile(tmp_path / "another")
    forged = armour(blob_of(other.public_key), RECEIPTS, other.sign(to_sign(RECEIPTS, whole[receipt]))).encode()
    proof, signers = held.with_name(f"{NAME}.proof"), held.with_name("allowed_signers")
    signature = held.with_name(f"{NAME}.receipt.sig")
    index = b"\nindex " + whole[proof].split(b"\nindex ")[1].split(b"\n")[0]
    cases = {
        "file": (held, CONTENT + b"\n"),
        "signature": (receipt, whole[receipt].replace(b"size: 1", b"size: 2")),
        "receipt": (receipt, whole[receipt].replace(b"\n", b"\r\n")),
        "signature ": (signature, forged),
        "signature  ": (signature, whole[signature].replace(b"A", b"B", 40)),
        "signature   ": (signers, whole[signers].replace(b"receipt-v1@ecp,", b"")),
        "signature    ": (signers, f'ecp.local namespaces="{RECEIPTS}" {other.public_key}\n'.encode()),
        "signature     ": (
            signers,
            whole[signers].replace(b"namespaces", b'valid-before="20200101000000Z",namespaces'),
        ),
        "log": (proof, whole[proof].replace(index, index + b"0")),
        "checkpoint ": (proof, whole[proof][:-40]),
        "log ": (proof, whole[proof][:60]),
        "checkpoint": (proof, whole[proof].replace(b"\nat: 2022", b"\nat: 2023")),
    }
    for name, (path, data) in cases.items():
        path.write_bytes(data)
        said = ecp("verify", held, "--receipt", receipt, "--json")
        wrong = {one["name"]: one for one in said.data["checks"] if one["state"] == "wrong"}
        assert said.code == 5 and said.data["state"] == "not-verified", name
        assert name.strip() in wrong and wrong[name.strip()]["remedy"], (name, said.data)
        path.write_bytes(whole[path])
    assert ecp("verify", held, "--receipt", receipt).code == 0


def test_a_revoked_key_counts_only_where_a_later_checkpoint_vouches(ecp: Ecp, held: Path) -> None:
    key = held.with_name("allowed_signers").read_text().split(" ", 2)[2]
    held.with_name("revoked_keys").write_text(key)
    said = ecp("verify", held, "--receipt", receipt_of(held))
    assert said.code == 5 and said.out.count("revoked") >= 2


def test_what_is_missing_is_said_and_a_proof_can_be_done_without(ecp: Ecp, held: Path) -> None:
    held.with_name(f"{NAME}.proof").unlink()
    said = ecp("verify", held, "--receipt", receipt_of(held))
    assert said.code == 5 and "MISSING" in said.out and "ecp receipts save" in said.out
    said = ecp("verify", held, "--receipt", receipt_of(held), "--no-proof")
    assert said.code == 0 and said.out.startswith("VERIFIED") and "checkpoint" not in said.out
    held.with_name(f"{NAME}.receipt.sig").unlink()
    assert ecp("verify", held, "--receipt", receipt_of(held), "--no-proof").code == 5
    said = ecp("verify", held, "--receipt", held.with_name("none"))
    assert said.code == 2 and "There is no file" in said.err
    assert ecp("verify", held, "--proof", held).code == 2
    at_once = ("verify", held, "--receipt", receipt_of(held), "--no-proof", "--proof", held)
    assert ecp(*at_once).code == 2 and ecp("verify", held, "--receipt", receipt_of(held), "--name", NAME).code == 2


def test_no_bytes_of_strangers_reach_the_terminal(ecp: Ecp, held: Path) -> None:
    for name in (f"{NAME}.receipt", f"{NAME}.proof", "allowed_signers"):
        held.with_name(name).write_bytes(b"\x1b[31mreceipt-v1\r\n\x00" + bytes(range(256)))
        said = ecp("verify", held, "--receipt", receipt_of(held))
        assert said.code == 5 and "\x1b" not in said.out


def test_program_and_script_agree_about_a_key_that_was_revoked_since(ecp: Ecp, held: Path) -> None:
    receipt, proof = receipt_of(held), held.with_name(f"{NAME}.proof")
    signers, revoked = held.with_name("allowed_signers"), held.with_name("revoked_keys")
    new_signing_key(held.with_name("later"))
    later = SigningKeyFile(held.with_name("later"))
    held.with_name("verify.sh").write_bytes(script())
    first = signers.read_text().split(" ", 2)[2]
    signers.write_text(f"{signers.read_text()}{signers.read_text().replace(first.strip(), later.public_key)}")
    before = read_proof(proof.read_text())
    signature = later.sign(to_sign(CHECKPOINTS, before.checkpoint_text.encode()))
    anew = signed_text(before.checkpoint_text, armour(blob_of(later.public_key), CHECKPOINTS, signature))
    vouched, unproved = (proof_text(one, before.hashes, anew) for one in (before.index, before.index + 1))
    for said, keys, verifies in (
        (vouched, first, True),
        (vouched, f"{later.public_key}\n", False),
        (vouched, f"{first}{later.public_key}\n", False),
        (unproved, first, False),
        (proof.read_text(), first, False),
        (vouched, "", True),
    ):
        proof.write_text(said)
        revoked.write_text(keys)
        told = ecp("verify", held, "--receipt", receipt)
        ran = subprocess.run(
            [installed("sh"), "verify.sh", receipt.name, NAME], cwd=held.parent, capture_output=True, text=True
        )
        assert (told.code == 0, ran.returncode == 0) == (verifies, verifies), (said, keys, told.out, ran)
        since = verifies and keys == first
        assert ("revoked since; the checkpoint vouches for it" in told.out) is since
        assert ("revoked since; the checkpoint vouches for it" in ran.stdout) is since
