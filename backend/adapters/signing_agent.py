"""The key that signs receipts and checkpoints, kept by an ssh-agent: its private half is in no file of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import asyncssh

from backend.contract.rules import sshsig
from backend.settings import SettingsError

_SIZE: Final = 64
_LENGTH: Final = 4


class SigningAgent:
    """Meets the `Signer` port. A thread of its own calls it: an agent is asked anew for each signature."""

    def __init__(self, socket: Path, public_key: str) -> None:
        """Raises `SettingsError` where the agent does not answer, or has no such key."""
        self._socket = socket
        self._blob = sshsig.blob_of(public_key)
        self.public_key = public_key
        self.sign(b"ecp")  # now, and not when the first file is accepted

    def sign(self, data: bytes) -> bytes:
        try:
            return _raw(asyncio.run(self._asked(data)))
        except (OSError, ValueError, asyncssh.Error) as error:
            raise SettingsError(
                f"The ssh-agent at {self._socket} does not sign with this platform's key. Start it, and add the key."
            ) from error

    async def _asked(self, data: bytes) -> bytes:
        async with asyncssh.connect_agent(str(self._socket)) as agent:
            return await agent.sign(self._blob, data, 0)


def _raw(signature: bytes) -> bytes:
    """The 64 bytes of an Ed25519 signature, which comes after its algorithm's name, each with its length before it."""
    kind = int.from_bytes(signature[:_LENGTH], "big")
    found = signature[_LENGTH + kind + _LENGTH :]
    if signature[_LENGTH : _LENGTH + kind] != b"ssh-ed25519" or len(found) != _SIZE:
        raise ValueError("this is no Ed25519 signature")
    return found
