"""The key that signs receipts and checkpoints, kept by an ssh-agent: its private half is in no file of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import asyncssh
import structlog

from backend.contract.faults import GOING_DOWN, Refused
from backend.contract.rules import sshsig
from backend.settings import SettingsError

_SIZE: Final = 64
_LENGTH: Final = 4
_SECONDS: Final = 5.0
"""An agent that asks somebody first would keep the writer, and everybody behind it, waiting."""
_log = structlog.get_logger(__name__)


class SigningAgent:
    """Meets the `Signer` port. A thread of its own calls it: an agent is asked anew for each signature."""

    def __init__(self, socket: Path, public_key: str) -> None:
        """Raises `SettingsError` where the agent does not answer, or has no such key."""
        self._socket = socket
        self._blob = sshsig.blob_of(public_key)
        self.public_key = public_key
        try:
            self.sign(b"ecp")  # now, and not when the first file is accepted
        except Refused as error:
            raise SettingsError(
                f"The ssh-agent at {socket} does not sign with this platform's key. Start it, and add the key."
            ) from error

    def sign(self, data: bytes) -> bytes:
        """Raises `Refused` 9003 while the agent does not."""
        try:
            return _raw(asyncio.run(self._asked(data)))
        except (OSError, ValueError, asyncssh.Error) as error:
            _log.error("the ssh-agent does not sign", socket=str(self._socket), error=str(error))
            raise Refused(GOING_DOWN) from error

    async def _asked(self, data: bytes) -> bytes:
        async with asyncio.timeout(_SECONDS), asyncssh.connect_agent(str(self._socket)) as agent:
            return await agent.sign(self._blob, data, 0)


def _raw(signature: bytes) -> bytes:
    """The 64 bytes of an Ed25519 signature, which comes after its algorithm's name, each with its length before it."""
    kind = int.from_bytes(signature[:_LENGTH], "big")
    found = signature[_LENGTH + kind + _LENGTH :]
    if signature[_LENGTH : _LENGTH + kind] != b"ssh-ed25519" or len(found) != _SIZE:
        raise ValueError("this is no Ed25519 signature")
    return found
