"""SSHSIG armour: what is read of it, and what is refused before anything is verified."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.faults import Refused
from backend.contract.rules.ssh_wire import string
from backend.core.client_connect.ssh_signatures import read_signature


def armour(data: bytes) -> str:
    return f"-----BEGIN SSH SIGNATURE-----\n{b64encode(data).decode()}\n-----END SSH SIGNATURE-----\n"


def signature(
    magic: bytes = b"SSHSIG\0\0\0\1", namespace: bytes = b"sftp-key@ecp", hashed: bytes = b"sha512", end: bytes = b""
) -> str:
    parts = (b"a public key", namespace, b"", hashed, b"the signature")
    return armour(magic + b"".join(string(part) for part in parts) + end)


def said(text: str) -> str:
    with pytest.raises(Refused) as refused:
        read_signature(text)
    assert refused.value.number == 5001 and "ssh-keygen -Y sign -n sftp-key@ecp" in refused.value.remedy
    return refused.value.what


def test_what_was_signed_is_bound_to_purpose_and_hash() -> None:
    read = read_signature(f"\r\n{signature()}\n".replace("\n", "\r\n"))
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


@given(st.text() | st.binary().map(armour))
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    try:
        read_signature(text)
    except Refused as refused:
        assert refused.number == 5001
