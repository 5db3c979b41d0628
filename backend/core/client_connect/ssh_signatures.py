"""SSHSIG: signatures of files as `ssh-keygen -Y sign` writes them, read and bound to what they are for."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.rules.ssh_wire import Wire, string

NAMESPACE: Final = "sftp-key@ecp"
"""A signature made for anything else counts nothing here."""
_MAGIC: Final = b"SSHSIG"
_VERSION: Final = 1
_ARMOUR: Final = re.compile(r"\s*-----BEGIN SSH SIGNATURE-----(.*?)-----END SSH SIGNATURE-----\s*", re.DOTALL)
_HASHES: Final = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class SshSignature:
    """One signature: by which key, over what hash. Nothing of it is believed before it was verified."""

    public_key: bytes
    reserved: bytes
    hash: str
    signature: bytes

    def over(self, data: bytes) -> bytes:
        """What was signed, if it was this data."""
        digest = _HASHES[self.hash](data).digest()
        parts = (NAMESPACE.encode(), self.reserved, self.hash.encode(), digest)
        return _MAGIC + b"".join(string(part) for part in parts)


def read_signature(text: str) -> SshSignature:
    """Of the armour that ssh-keygen writes; 5001 where it is damaged, for another purpose, or by a weak hash."""
    armour = _ARMOUR.fullmatch(text)
    try:
        if armour is None:
            raise ValueError
        wire = Wire(b64decode("".join(armour[1].split()), validate=True))
        if wire.take(len(_MAGIC)) != _MAGIC or int.from_bytes(wire.take(4), "big") != _VERSION:
            raise ValueError
        public_key, namespace, reserved = wire.string(), wire.string(), wire.string()
        hashed, signature = wire.text(), wire.string()
        wire.end()
    except ValueError:
        raise _refused("This is no whole signature as ssh-keygen writes it.") from None
    if namespace != NAMESPACE.encode():
        raise _refused("The signature was made for another purpose.")
    if hashed not in _HASHES:
        raise _refused("The signature's hash is not taken.")
    return SshSignature(public_key, reserved, hashed, signature)


def _refused(what: str) -> Refused:
    fix = f"Sign it with ssh-keygen -Y sign -n {NAMESPACE} -f OLD NEW.pub, and give the file NEW.pub.sig."
    return Refused(KEY_NOT_ACCEPTABLE, what=what, fix=fix)
