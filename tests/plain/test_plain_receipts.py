"""Receipts in accessible mode: said to hold only where they do, saved with what verifies them; and whose keys count."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.adapters.database import tables
from backend.contract.faults import UNREACHABLE, Refused
from backend.contract.messages import Proof
from backend.contract.served import Served
from ecp_tui.client import EcpClient
from tests.commands.test_submissions import CONTENT
from tests.plain.conftest import Listener
from tests.sftp_world import installed
from tests.tampering import unguarded
from tests.world import World

SERVED = Served("http://127.0.0.1", "s", None, "CHAN01", "console", "ecp.example", 2222, "SHA256:abc", {})
NAME = "SD1_01234_20220520.csv"


@pytest.fixture
def filed(listener: Listener, tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    assert "accepted" in listener.as_("CHAN01", "3", str(path), "yes")
    return path


def test_a_receipt_is_said_to_be_signed_and_in_the_log_and_saved_with_what_verifies_it(
    listener: Listener, filed: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    said = listener.as_("CHAN01", "4", "1", "4", "3", str(kept), "3", str(kept), "no")
    assert "Receipt: signed, in the log: entry " in said
    assert "Signature, good: by SHA256:" in said and "In the log, good: entry " in said
    assert f"{NAME}.receipt exists already. Replace it?" in said
    names = {f"{NAME}.receipt", f"{NAME}.receipt.sig", f"{NAME}.proof", "allowed_signers", "revoked_keys"}
    assert {one.name for one in kept.iterdir()} == names
    line = said.partition("Verify it there with: ")[2].partition("\n")[0]
    if installed("ssh-keygen"):
        done = subprocess.run(line, shell=True, cwd=kept, capture_output=True, text=True, check=False)  # noqa: S602  the line that is printed is what is tried
        assert done.returncode == 0 and "Good" in done.stdout, done.stderr


def test_a_receipt_that_does_not_verify_is_never_said_to(
    listener: Listener, filed: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unguarded(world) as to:
        to.execute(update(tables.activity).where(tables.activity.c.version == 1).values(signature=bytes(64)))
    said = listener.as_("CHAN01", "4", "1", "4")
    assert "Receipt: does not verify: Signature." in said and "signed, in the log" not in said
    assert "Signature, wrong: It was not signed" in said and "Compare allowed_signers" in said

    async def away(self: EcpClient, log_index: int, *, background: bool = False) -> Proof:
        raise Refused(UNREACHABLE, server="127.0.0.1", why="connection refused")

    monkeypatch.setattr(EcpClient, "proof", away)
    said = listener.as_("CHAN01", "4", "1")
    assert "Receipt: not verified, 9001 Cannot reach the server." in said and "3. Save the receipt" in said


def test_over_ssh_a_line_brings_the_evidence_and_nothing_is_written_on_the_server(
    listener: Listener, filed: Path, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    token = world.token("CHAN01")
    said = listener.hears("4", "1", "3", token=token, served=SERVED)
    assert f"receipts bundle 1 > {NAME}.evidence.tar" in said
    assert set(tmp_path.iterdir()) == before


def test_the_keys_are_heard_whole_and_saved(listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "allowed_signers"
    said = listener.as_("CHAN01", "15", "2", str(path), "0")
    assert "1 receipt key." in said and "1. It signs today. Fingerprint: SHA256:" in said
    assert "Signs receipts and checkpoints of " in said and f"Saved: {path}" in said
    assert "namespaces=" in path.read_text() and (tmp_path / "revoked_keys").read_text() == ""
    if shutil.which("ssh-keygen"):
        line = said.partition("The fingerprints in the file: ")[2].partition("\n")[0]
        shown = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True).stdout  # noqa: S602  the line that is printed is what is tried
        assert f"Fingerprint: {shown.split()[1]}\n" in said


def test_the_audit_log_is_heard_found_in_and_an_entry_verified(listener: Listener, filed: Path) -> None:
    said = listener.as_("CHAN01", "16", "s", "accepted", "1", "y", "s", "zzz", "0")
    assert "Newest first." in said and "CHAN01: signed in" in said
    assert f": CHAN01: accepted, {NAME}" in said.partition("Searching for accepted.")[2]
    assert "In the log, good: entry " in said and "Signature, good: by SHA256:" in said
    assert "receipt-v1\n" in said and "Leaf hash: " in said and "Nothing was found." in said
