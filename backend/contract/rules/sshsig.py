"""SSHSIG: signatures of files as `ssh-keygen -Y sign` writes them, each for one purpose, its namespace."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.ssh_wire import Wire, string

RECEIPTS: Final = "receipt-v1@ecp"
CHECKPOINTS: Final = "checkpoint-v1@ecp"
SFTP_KEYS: Final = "sftp-key@ecp"
"""A new key of somebody's, signed by the one before."""
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_ARMOUR: Final = re.compile(r"\s*-----BEGIN SSH SIGNATURE-----(.*?)-----END SSH SIGNATURE-----\s*", re.DOTALL)
_WIDTH: Final = 70
_HASHES: Final = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_ED25519: Final = "ssh-ed25519"


@dataclass(frozen=True, slots=True)
class SshSignature:
    """One signature: by which key, over what hash. Nothing of it is believed before it was verified."""

    public_key: bytes
    namespace: str
    reserved: bytes
    hash: str
    signature: bytes

    def over(self, data: bytes) -> bytes:
        """What was signed, if it was this data."""
        return _signed(self.namespace, self.reserved, self.hash, data)


def read_signature(text: str, namespace: str) -> SshSignature:
    """Of the armour that ssh-keygen writes; `ValueError`, in words, where it is damaged or for another purpose."""
    armour = _ARMOUR.fullmatch(text)
    try:
        if armour is None:
            raise ValueError
        wire = Wire(b64decode("".join(armour[1].split()), validate=True))
        if wire.take(len(_MAGIC)) != _MAGIC or int.from_bytes(wire.take(4), "big") != _VERSION:
            raise ValueError
        public_key, purpose, reserved = wire.string(), wire.string(), wire.string()
        hashed, signature = wire.text(), wire.string()
        wire.end()
    except ValueError:
        raise ValueError("This is no whole signature as ssh-keygen writes it.") from None
    if purpose != namespace.encode():
        raise ValueError("The signature was made for another purpose.")
    if hashed not in _HASHES:
        raise ValueError("The signature's hash is not taken.")
    return SshSignature(public_key, namespace, reserved, hashed, signature)


def to_sign(namespace: str, data: bytes) -> bytes:
    """What a key signs, for this data and purpose."""
    return _signed(namespace, b"", "sha512", data)


def armour(public_key: bytes, namespace: str, signature: bytes) -> str:
    """An Ed25519 signature (64 bytes) over `to_sign`, as the file that ssh-keygen would write."""
    parts = (public_key, namespace.encode(), b"", b"sha512", string(_ED25519.encode()) + string(signature))
    blob = b64encode(_MAGIC + _VERSION.to_bytes(4, "big") + b"".join(map(string, parts))).decode()
    lines = (blob[at : at + _WIDTH] for at in range(0, len(blob), _WIDTH))
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def blob_of(public_key: str) -> bytes:
    """The bytes of a key that stands as `ssh-ed25519 AAAA…`, comment or not; `ValueError` for any other line."""
    kind, *rest = public_key.split()
    blob = b64decode(rest[0], validate=True) if rest else b""
    wire = Wire(blob)
    if kind != _ED25519 or wire.text() != _ED25519:
        raise ValueError("this is no Ed25519 key")
    wire.string()
    wire.end()
    return blob


def fingerprint(public_key: str) -> str:
    return fingerprint_of(blob_of(public_key))


def signed_by(text: str, data: bytes, namespace: str, keys: Iterable[str]) -> str | None:
    """Which of these Ed25519 keys made this signature of this data, if one did."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        read = read_signature(text, namespace)
        wire = Wire(read.signature)
        if wire.text() != _ED25519:
            return None
        signature = wire.string()
        wire.end()
    except ValueError:
        return None
    for key in keys:
        if (blob := blob_of(key)) == read.public_key:
            try:
                Ed25519PublicKey.from_public_bytes(blob[-32:]).verify(signature, read.over(data))
            except InvalidSignature:
                return None
            return key
    return None


def _signed(namespace: str, reserved: bytes, hashed: str, data: bytes) -> bytes:
    parts = (namespace.encode(), reserved, hashed.encode(), _HASHES[hashed](data).digest())
    return _MAGIC + b"".join(map(string, parts))
