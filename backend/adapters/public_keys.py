"""Public keys of SSH: whether a signature is theirs."""

from __future__ import annotations

import asyncssh

from backend.contract.rules.key_material import SIGNATURES


class SshPublicKeys:
    """Meets the `PublicKeys` port. Never by SHA-1, which asyncssh would take of every RSA key."""

    def signed(self, public_key: str, signature: bytes, data: bytes) -> bool:
        try:
            key = asyncssh.import_public_key(public_key)
            key.all_sig_algorithms = {name.encode() for name in SIGNATURES.get(key.get_algorithm(), ())}
            key.set_touch_required(True)  # of a security key, as OpenSSH asks for it
            return key.verify(data, signature)
        except (asyncssh.KeyImportError, ValueError):
            return False
