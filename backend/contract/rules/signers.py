"""Who signs: the keys of an operator over time, as files that OpenSSH reads, and the lines that verify with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backend.contract.rules.sshsig import CHECKPOINTS, RECEIPTS

ALLOWED_SIGNERS: Final = "allowed_signers"
REVOKED_KEYS: Final = "revoked_keys"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, and within which instants it signed; `until` is the first at which it did no more."""

    public_key: str
    since: datetime | None = None
    until: datetime | None = None
    revoked: datetime | None = None


def allowed_signers(origin: str, keys: Iterable[SigningKey]) -> str:
    """A line a key, always bound to our namespaces."""
    return "".join(f"{origin} {_options(key)} {key.public_key}\n" for key in keys)


def revoked_keys(keys: Iterable[SigningKey]) -> str:
    """As `ssh-keygen -Y verify -r` takes it: a line a key whose signatures count no more."""
    return "".join(f"{key.public_key}\n" for key in keys if key.revoked is not None)


def verify_line(origin: str, file_name: str, received: datetime) -> str:
    """What verifies a receipt's signature in a shell, as of when it was received: keys change."""
    name = _quoted(f"{file_name}.receipt")
    told = f"-f {ALLOWED_SIGNERS} -I {origin} -n {RECEIPTS} -Overify-time={_stamp(received)}"
    return f"ssh-keygen -Y verify {told} -s {_quoted(f'{file_name}.receipt.sig')} < {name}"


def _options(key: SigningKey) -> str:
    told = [f'namespaces="{RECEIPTS},{CHECKPOINTS}"']
    told += [f'valid-after="{_stamp(key.since)}"'] if key.since is not None else []
    told += [f'valid-before="{_stamp(key.until)}"'] if key.until is not None else []
    return ",".join(told)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _quoted(name: str) -> str:
    plain = all(letter.isalnum() or letter in "._-" for letter in name) and name.isascii()
    return name if plain else "'" + name.replace("'", "'\\''") + "'"
