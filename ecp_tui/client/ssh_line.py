"""The line to the SSH door: its host key always checked, one registered key signs, and what goes wrong is a fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncssh

from backend.contract.faults import (
    HOST_KEY_UNKNOWN,
    KEY_NOT_ACCEPTABLE,
    KEY_REFUSED,
    NOT_UNDERSTOOD,
    UNEXPECTED,
    UNREACHABLE,
    Refused,
)
from backend.contract.rules.refusals import read_status
from backend.contract.rules.shown import shown
from ecp_tui.config import KEY_PASSPHRASE
from ecp_tui.digest import content_of

CONNECT_SECONDS: Final = 15.0
_SIGN_IN_SECONDS: Final = 30.0
_KEEPALIVE_SECONDS: Final = 15.0
_LONGEST_KEY: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where the SSH door is, who knocks with which key, and by what the door itself is known."""

    host: str
    port: int
    login_id: str
    key: Path
    host_keys: tuple[str, ...] = ()
    """Fingerprints, `SHA256:…`. Where there is one, no `known_hosts` counts."""
    known_hosts: Path | None = None
    passphrase: str | None = field(default=None, repr=False)
    agent: str | None = None
    """The socket of ssh-agent."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Doorkeeper(asyncssh.SSHClient):
    """Takes the host keys that were named, and remembers what was shown."""

    def __init__(self, named: Sequence[str]) -> None:
        self._named = named
        self.shown = "–"

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint()
        return self.shown in self._named


@asynccontextmanager
async def line(entrance: Entrance) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection that has signed in. What cannot be is refused in words; 9001 while there is no line."""
    async with AsyncExitStack() as open_too:
        keys = await _keys(entrance, open_too)
        yield await open_too.enter_async_context(await _connected(entrance, keys))


async def _connected(entrance: Entrance, keys: Sequence[Any]) -> asyncssh.SSHClientConnection:
    doorkeeper = _Doorkeeper(entrance.host_keys)
    try:
        return await asyncssh.connect(
            entrance.host,
            entrance.port,
            username=entrance.login_id,
            client_keys=keys,
            client_factory=lambda: doorkeeper,
            known_hosts=_known(entrance),
            config=None,
            agent_path=None,
            preferred_auth="publickey",
            connect_timeout=CONNECT_SECONDS,
            login_timeout=_SIGN_IN_SECONDS,
            keepalive_interval=_KEEPALIVE_SECONDS,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise Refused(
            HOST_KEY_UNKNOWN, server=entrance, fingerprint=doorkeeper.shown, why=_unknown(entrance)
        ) from error
    except asyncssh.PermissionDenied as error:
        fingerprint = keys[0].get_fingerprint() if isinstance(keys[0], asyncssh.SSHKey) else entrance.key.name
        raise Refused(
            KEY_REFUSED, server=entrance, login_id=shown(entrance.login_id, 40), fingerprint=fingerprint
        ) from error
    except (OSError, asyncssh.Error) as error:
        raise failed(entrance, error) from error


def failed(entrance: Entrance, error: Exception) -> Refused:
    """What a failure of the line or of SFTP is: the number that the door said, else 9001, else 9000."""
    reason = str(getattr(error, "reason", "") or getattr(error, "strerror", "") or error)
    if (said := read_status(reason)) is not None:
        return said
    if isinstance(error, asyncssh.SFTPError) and not isinstance(
        error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection
    ):
        return Refused(UNEXPECTED, reference=shown(reason, 80))
    why = "no answer in time" if isinstance(error, TimeoutError) else shown(reason, 80) or type(error).__name__
    return Refused(UNREACHABLE, server=entrance, why=why)


def _known(entrance: Entrance) -> Any:
    """Nobody's, where fingerprints were named; else what the file says, which may be nothing."""
    if entrance.host_keys or entrance.known_hosts is None or not entrance.known_hosts.is_file():
        return lambda host, addr, port: ([], [], [])
    try:
        return asyncssh.read_known_hosts(str(entrance.known_hosts))
    except (OSError, ValueError) as error:
        what = f"{shown(str(entrance.known_hosts), 200)} cannot be read as known_hosts: {shown(str(error), 80)}."
        raise Refused(NOT_UNDERSTOOD, what=what) from error


def _unknown(entrance: Entrance) -> str:
    if entrance.host_keys:
        return f"is not {' or '.join(entrance.host_keys)}"
    return f"{entrance.known_hosts} does not hold for it" if entrance.known_hosts else "nothing here vouches for"


# ── the key ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def _keys(entrance: Entrance, open_too: AsyncExitStack) -> list[Any]:
    """The key itself, or what ssh-agent does for it where it is encrypted or only its public half is here."""
    data = await asyncio.to_thread(content_of, entrance.key, _LONGEST_KEY)
    try:
        return [asyncssh.import_private_key(data, entrance.passphrase)]
    except asyncssh.KeyEncryptionError as error:
        if entrance.passphrase is not None:
            raise _unusable(entrance, f"${KEY_PASSPHRASE} does not open it", "Set the right passphrase") from error
        public = await asyncio.to_thread(_public_beside, entrance.key)
    except asyncssh.KeyImportError as error:
        public = _public(data)
        if public is None:
            raise _unusable(entrance, "it is no private key of OpenSSH or PEM", "Name the right file") from error
    return [await _of_agent(entrance, public, open_too)]


async def _of_agent(entrance: Entrance, public: asyncssh.SSHKey | None, open_too: AsyncExitStack) -> Any:
    """The pair as ssh-agent has it, which signs with it as long as the line to it is open."""
    fix = f"Add it to ssh-agent (ssh-add), or set {KEY_PASSPHRASE}"
    if public is None or not entrance.agent:
        raise _unusable(entrance, "it is encrypted, and no ssh-agent holds it", fix)
    try:
        agent = await open_too.enter_async_context(await asyncssh.connect_agent(entrance.agent))
        held = await agent.get_keys([public.public_data])
    except (OSError, ValueError, asyncssh.Error) as error:
        raise _unusable(entrance, "ssh-agent does not answer", fix) from error
    if not held:
        raise _unusable(entrance, "ssh-agent does not hold it", fix)
    return held[0]


def _public_beside(key: Path) -> asyncssh.SSHKey | None:
    try:
        return _public(Path(f"{key}.pub").read_bytes())
    except OSError:
        return None


def _public(data: bytes) -> asyncssh.SSHKey | None:
    try:
        return asyncssh.import_public_key(data)
    except asyncssh.KeyImportError:
        return None


def _unusable(entrance: Entrance, why: str, fix: str) -> Refused:
    name = shown(entrance.key.name, 80)
    return Refused(KEY_NOT_ACCEPTABLE, what=f"The key {name} cannot be used: {why}.", fix=f"{fix}, then try again.")
