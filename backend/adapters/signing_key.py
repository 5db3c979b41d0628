"""The key that receipts and checkpoints are signed with, as a file of OpenSSH."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from backend.durable import write_once
from backend.settings import SettingsError


def new_signing_key(path: Path) -> None:
    """A key file for its owner alone; one that is there already stays."""
    key = Ed25519PrivateKey.generate()
    write_once(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


class SigningKeyFile:
    """Meets the `Signer` port."""

    def __init__(self, path: Path) -> None:
        """Raises `SettingsError` where it is missing or no Ed25519 key."""
        try:
            key = load_ssh_private_key(path.read_bytes(), None)
        except FileNotFoundError as error:
            raise SettingsError(
                f"{path} is missing: restore the secrets folder from its backup. If that is lost, run ecpd keys rotate."
            ) from error
        except ValueError as error:
            raise SettingsError(f"{path} is damaged: restore the secrets folder from its backup.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{path} is no Ed25519 key: restore the secrets folder from its backup.")
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)
