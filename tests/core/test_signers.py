"""allowed_signers as others write it: no key counts here that does not count for ssh-keygen."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from backend.adapters.signing_key import SigningKeyFile, new_signing_key
from backend.contract.rules.signers import read_allowed_signers, read_revoked_keys
from backend.contract.rules.sshsig import RECEIPTS, armour, blob_of, to_sign
from tests.sftp_world import installed

NOON: Final = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
RECEIPT: Final = b"receipt-v1\nany: thing\n"
OURS: Final = f'namespaces="{RECEIPTS}"'
COUNT: Final = (
    OURS,
    f'namespaces="{RECEIPTS},checkpoint-v1@ecp"',
    f'{OURS},valid-after="20261120Z"',
    f'valid-after="202611201234Z",{OURS}',
    f'{OURS},valid-before="202611201235Z"',
    f'{OURS},valid-after="20261120123456Z",valid-before="20261120123457Z"',
    f'{OURS},valid-after="20261120123455Z",valid-before="20261120123456Z"',
)
COUNT_NOT: Final = (
    "",
    'namespaces="file"',
    'namespaces="receipt-v1"',
    f'{OURS},valid-before="202611201234Z"',
    f'{OURS},valid-before="20261119Z"',
    f'{OURS},valid-after="20261121Z"',
    f'{OURS},VALID-BEFORE="20200101000000Z"',
    f'{OURS},valid-before="20261120123455Z"',
    f"{OURS},valid-before=20200101000000Z",
    f'{OURS},valid-before="2020010100000Z"',
    f'{OURS},valid-before="20200101000000Z",valid-before="20300101000000Z"',
    f'namespaces="file",{OURS}',
    f"{OURS},cert-authority",
    f'{OURS},unknown="x"',
    f'{OURS}valid-before="20200101000000Z"',
    f'valid-before="20200101000000Z"{OURS}',
    f"{OURS},",
    f'{OURS},valid-after="20261120123456Z",valid-before="20261120123456Z"',
    f"{OURS}x",
)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKeyFile:
    path = tmp_path_factory.mktemp("key") / "receipt_key"
    new_signing_key(path)
    return SigningKeyFile(path)


def counts_here(line: str) -> bool:
    return any(
        one.origin == "ecp.test" and RECEIPTS in one.namespaces and one.counts(NOON)
        for one in read_allowed_signers(line)
    )


@pytest.fixture
def signed(key: SigningKeyFile, tmp_path: Path) -> Path:
    made = armour(blob_of(key.public_key), RECEIPTS, key.sign(to_sign(RECEIPTS, RECEIPT)))
    (tmp_path / "receipt.sig").write_text(made)
    return tmp_path


def counts_there(folder: Path, line: str) -> bool:
    """For ssh-keygen, at noon."""
    (folder / "allowed_signers").write_bytes(line.encode("ascii"))
    asked = [installed("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", "ecp.test", "-n", RECEIPTS]
    told = [*asked, "-Overify-time=20261120123456Z", "-s", "receipt.sig"]
    return subprocess.run(told, input=RECEIPT, cwd=folder, capture_output=True).returncode == 0


@pytest.mark.parametrize("options", COUNT)
def test_what_counts_for_ssh_keygen_counts_here(key: SigningKeyFile, signed: Path, options: str) -> None:
    line = f"ecp.test {options} {key.public_key} of the exchange\n"
    assert counts_there(signed, line) and counts_here(line)


@pytest.mark.parametrize("options", COUNT_NOT)
def test_what_is_narrowed_ended_or_damaged_does_not_count(key: SigningKeyFile, signed: Path, options: str) -> None:
    line = f"ecp.test {options} {key.public_key}\n"
    assert not counts_here(line)
    if options:  # a line without namespaces counts for every purpose there; ours always has them
        assert not counts_there(signed, line)


def test_lines_end_where_they_end_for_ssh_keygen(key: SigningKeyFile, signed: Path) -> None:
    whole = f"ecp.test {OURS} {key.public_key}"
    for end in "\x0b\x0c\x1c\x1d\x1e\r":
        hidden = f"# a comment{end}{whole}\n"
        assert not counts_here(hidden) and not counts_there(signed, hidden), repr(end)
        assert read_revoked_keys(f"# a comment{end}{key.public_key}\n") == set(), repr(end)
    assert counts_here(f"# a comment\n\n{whole}") and counts_there(signed, f"# a comment\n\n{whole}")
    assert counts_here(f"{whole}\r\n") and counts_there(signed, f"{whole}\r\n"), "converted on Windows"
