"""SSHSIG: what is read of it, what is refused before anything is verified, and that ssh-keygen agrees."""

from __future__ import annotations

import hashlib
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.contract.rules.signers import SigningKey, allowed_signers, revoked_keys, verify_line
from backend.contract.rules.ssh_wire import string
from backend.contract.rules.sshsig import (
    CHECKPOINTS,
    RECEIPTS,
    SFTP_KEYS,
    armour,
    blob_of,
    fingerprint,
    read_signature,
    signed_by,
    to_sign,
)
from tests.sftp_world import installed

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RECEIPT = b"receipt-v1\nany: thing\n"


def armoured(data: bytes) -> str:
    return f"-----BEGIN SSH SIGNATURE-----\n{b64encode(data).decode()}\n-----END SSH SIGNATURE-----\n"


def signature(
    magic: bytes = b"SSHSIG\0\0\0\1", namespace: bytes = b"sftp-key@ecp", hashed: bytes = b"sha512", end: bytes = b""
) -> str:
    parts = (b"a public key", namespace, b"", hashed, b"the signature")
    return armoured(magic + b"".join(string(part) for part in parts) + end)


def said(text: str) -> str:
    with pytest.raises(ValueError, match="signature") as refused:
        read_signature(text, SFTP_KEYS)
    return str(refused.value)


def test_what_was_signed_is_bound_to_purpose_and_hash() -> None:
    read = read_signature(f"\r\n{signature()}\n".replace("\n", "\r\n"), SFTP_KEYS)
    assert (read.public_key, read.signature) == (b"a public key", b"the signature")
    digest = hashlib.sha512(b"data").digest()
    assert read.over(b"data") == b"SSHSIG" + b"".join(map(string, (b"sftp-key@ecp", b"", b"sha512", digest)))


def test_another_purpose_another_hash_and_another_version_are_refused() -> None:
    for namespace in (b"file", b"", b"sftp-key@ecp\0", b"SFTP-KEY@ECP", b"receipt-v1@ecp"):
        assert "another purpose" in said(signature(namespace=namespace))
    for hashed in (b"sha1", b"md5", b"", b"SHA512"):
        assert "hash is not taken" in said(signature(hashed=hashed))
    for magic in (b"SSHSIG\0\0\0\2", b"SSHSIH\0\0\0\1", b""):
        assert "no whole signature" in said(signature(magic=magic))
    assert "no whole signature" in said(signature(end=b"\0"))
    assert "no whole signature" in said(signature(hashed=b"\xff"))


def test_two_signatures_or_something_around_one_are_refused() -> None:
    for text in (signature() * 2, f"x{signature()}", f"{signature()}x", signature().replace("A", "%", 1)):
        assert "no whole signature" in said(text)


@given(st.text() | st.binary().map(armoured))
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    try:
        read_signature(text, SFTP_KEYS)
    except ValueError as refused:
        assert "ignature" in str(refused)


@pytest.fixture
def key(tmp_path: Path) -> SigningKeyFile:
    new_signing_key(tmp_path / "receipt_key")
    return SigningKeyFile(tmp_path / "receipt_key")


def signed(key: SigningKeyFile, data: bytes = RECEIPT, namespace: str = RECEIPTS) -> str:
    return armour(blob_of(key.public_key), namespace, key.sign(to_sign(namespace, data)))


def test_a_signature_counts_for_its_key_its_purpose_and_its_bytes_alone(key: SigningKeyFile, tmp_path: Path) -> None:
    new_signing_key(tmp_path / "another")
    other = SigningKeyFile(tmp_path / "another").public_key
    good = signed(key)
    assert signed_by(good, RECEIPT, RECEIPTS, [other, key.public_key]) == key.public_key
    assert signed_by(good, RECEIPT, RECEIPTS, [other]) is None
    assert signed_by(good, RECEIPT, CHECKPOINTS, [key.public_key]) is None
    for data in (b"", RECEIPT + b"\n", RECEIPT.replace(b"\n", b"\r\n"), RECEIPT.replace(b"any", b"any ")):
        assert signed_by(good, data, RECEIPTS, [key.public_key]) is None
    assert signed_by(good.replace("A", "B", 9), RECEIPT, RECEIPTS, [key.public_key]) is None
    assert signed_by("", RECEIPT, RECEIPTS, [key.public_key]) is None


def test_a_key_that_is_no_ed25519_key_is_none() -> None:
    for line in ("ssh-rsa AAAA", "ssh-ed25519", "ssh-ed25519 AAAA", ""):
        with pytest.raises(ValueError, match=r".*"):
            blob_of(line)


# ── with the real ssh-keygen ─────────────────────────────────────────────────────────────────────────────────────


class Folder:
    """Somebody with a receipt, its signature and the keys, and OpenSSH."""

    def __init__(self, folder: Path, key: SigningKeyFile, *keys: SigningKey) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "a.csv.receipt").write_bytes(RECEIPT)
        (folder / "a.csv.receipt.sig").write_text(signed(key))
        (folder / "allowed_signers").write_text(allowed_signers("ecp.example", keys))
        (folder / "revoked_keys").write_text(revoked_keys(keys))

    def verifies(self, at: datetime = NOON, more: str = "") -> bool:
        line = verify_line("ecp.example", "a.csv.receipt", at).replace(" -s ", f" {more} -s ")
        return subprocess.run(line, shell=True, cwd=self.folder, capture_output=True).returncode == 0  # noqa: S602


@pytest.fixture
def openssh() -> str:
    """Missing, it is a reason to skip, or to fail where clients are required."""
    return installed("ssh-keygen")


@pytest.mark.usefixtures("openssh")
def test_the_armour_is_the_one_that_ssh_keygen_writes(key: SigningKeyFile, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(RECEIPT)
    made = ["ssh-keygen", "-Y", "sign", "-q", "-f", f"{tmp_path}/receipt_key", "-n", RECEIPTS, f"{tmp_path}/f"]
    subprocess.run(made, check=True, capture_output=True)
    assert (tmp_path / "f.sig").read_text() == signed(key)
    asked = ["ssh-keygen", "-l", "-f", f"{tmp_path}/receipt_key"]
    assert fingerprint(key.public_key) in subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.usefixtures("openssh")
def test_the_printed_line_verifies_and_nothing_changed_does(key: SigningKeyFile, tmp_path: Path) -> None:
    here = Folder(tmp_path / "here", key, SigningKey(key.public_key))
    assert here.verifies()
    receipt = here.folder / "a.csv.receipt"
    for wrong in (RECEIPT + b" ", RECEIPT.replace(b"\n", b"\r\n"), RECEIPT[:-1]):
        receipt.write_bytes(wrong)
        assert not here.verifies()
    receipt.write_bytes(RECEIPT)
    (here.folder / "a.csv.receipt.sig").write_text(signed(key, namespace=CHECKPOINTS))
    assert not here.verifies()
    new_signing_key(tmp_path / "another")
    (here.folder / "a.csv.receipt.sig").write_text(signed(SigningKeyFile(tmp_path / "another")))
    assert not here.verifies()


@pytest.mark.usefixtures("openssh")
def test_a_key_counts_within_its_time_and_not_once_it_is_revoked(key: SigningKeyFile, tmp_path: Path) -> None:
    hour = timedelta(hours=1)
    here = Folder(tmp_path / "here", key, SigningKey(key.public_key, NOON - hour, NOON + hour))
    assert here.verifies() and here.verifies(NOON - hour)
    assert not here.verifies(NOON + 2 * hour) and not here.verifies(NOON - 2 * hour)
    assert here.verifies(more="-r revoked_keys")
    (here.folder / "revoked_keys").write_text(revoked_keys([SigningKey(key.public_key, revoked=NOON)]))
    assert not here.verifies(more="-r revoked_keys")


@pytest.mark.usefixtures("openssh")
def test_names_that_a_shell_would_read_are_quoted(key: SigningKeyFile, tmp_path: Path) -> None:
    for number, name in enumerate(("say 'cheese' $(id).csv", "a b;c.csv", "x`id`.csv")):
        here = tmp_path / str(number)
        here.mkdir()
        (here / f"{name}.receipt").write_bytes(RECEIPT)
        (here / f"{name}.receipt.sig").write_text(signed(key))
        (here / "allowed_signers").write_text(allowed_signers("e", [SigningKey(key.public_key)]))
        subprocess.run(verify_line("e", f"{name}.receipt", NOON), shell=True, cwd=here, check=True, capture_output=True)  # noqa: S602
