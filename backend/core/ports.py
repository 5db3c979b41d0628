"""What the domain needs of the world: store, vault, clock, password hasher, one-time codes, seals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from backend.contract.faults import Refused
from backend.core.rows import Rows, Unit

T = TypeVar("T")


class Clock(Protocol):
    def now(self) -> datetime:
        """Now, aware, in UTC."""
        ...


class Hasher(Protocol):
    """Passwords, by argon2id."""

    def hash(self, password: str) -> str: ...

    def verify(self, password: str, hashed: str | None) -> bool:
        """Whether they belong together; the same work is done for `None`, which never does."""
        ...

    def outdated(self, hashed: str) -> bool:
        """Whether it was made with other parameters than are used now."""
        ...


class Seals(Protocol):
    """Secrets kept in the database are sealed under a key outside it, each for one purpose."""

    def seal(self, secret: bytes, purpose: bytes) -> bytes: ...

    def open(self, sealed: bytes, purpose: bytes) -> bytes | None:
        """`None` where key or purpose is another one, or the bytes are damaged."""
        ...


@dataclass(frozen=True, slots=True)
class NewSeed:
    """The seed of a new authenticator: as it is kept, and in base32, as its owner's authenticator takes it."""

    sealed: bytes
    secret: str = field(repr=False)


class Codes(Protocol):
    """One-Time-Passwords, by RFC 6238."""

    def new_seed(self) -> NewSeed: ...

    def step_of(self, sealed_seed: bytes | None, otp: str, now: datetime) -> int | None:
        """The time step whose code `otp` is, within one step of `now`; the same work is done where there is no seed."""
        ...


class Signer(Protocol):
    """The Ed25519 key that receipts and checkpoints are signed with; it is kept outside the database."""

    @property
    def public_key(self) -> str:
        """`ssh-ed25519 AAAA…`"""
        ...

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        ...


class Anchor(Protocol):
    """Where the last checkpoint is remembered outside the database; each backend has its own."""

    def read(self) -> str | None:
        """The signed checkpoint; `None` where there was none yet."""
        ...

    def write(self, signed: str) -> None:
        """Durable when it returns."""
        ...


class PublicKeys(Protocol):
    """Public keys of SSH."""

    def signed(self, public_key: str, signature: bytes, data: bytes) -> bool:
        """Whether this signature of this data is by the key on that line, and not by a weak algorithm."""
        ...


class Staging(Protocol):
    """Bytes on their way in; not yet anything."""

    @property
    def size(self) -> int: ...

    @property
    def contiguous(self) -> bool:
        """Whether every byte below `size` was written."""
        ...

    @property
    def prefix(self) -> int:
        """How many bytes were written from the start on without a hole."""
        ...

    def write(self, offset: int, data: bytes) -> None:
        """Raises `Refused` 4516 where there is no room."""
        ...

    def truncate(self, size: int) -> None: ...

    def read(self, offset: int, length: int) -> bytes:
        """What was written there; fewer bytes only at the end."""
        ...

    def sha256(self) -> str:
        """Of what was written, read again if it did not come in order."""
        ...

    def keep(self) -> str:
        """Makes the bytes durable and immutable; returns their key. Raises `Refused` 4516 where there is no room."""
        ...

    def abandon(self) -> None:
        """Removes the bytes; does nothing once they are kept."""
        ...


class Stored(Protocol):
    """A kept object, open for reading."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from there; fewer only where the object ends."""
        ...

    def close(self) -> None: ...


class Vault(Protocol):
    """Immutable objects by key. Only whole objects are ever read, so that an object store can take its place."""

    def stage(self) -> Staging: ...

    def read(self, key: str) -> Stored | None:
        """`None` where there is no such object."""
        ...

    def room(self) -> int:
        """Bytes that can still be stored."""
        ...

    def delete(self, key: str) -> None: ...

    def old_keys(self, before: datetime) -> list[str]:
        """Keys of objects kept before that instant."""
        ...

    def put_aside(self, key: str) -> None:
        """Out of the vault, and not lost."""
        ...

    def aside(self) -> list[str]:
        """Keys of the objects put aside."""
        ...

    def take_back(self, key: str) -> None: ...

    def sweep_staging(self, before: datetime) -> int:
        """Removes staged bytes last written before that instant; returns how many."""
        ...


class Store(Protocol):
    """One writer, readers beside it."""

    def write(self, work: Callable[[Unit], T | Refused]) -> T:
        """Runs `work` in the writer, after everything before it, and returns when it is durable.

        A `Refused` that `work` raises undoes its unit; one that it *returns* is raised after the commit, so that what
        it leaves behind outlives it.
        """
        ...

    def reading(self) -> AbstractContextManager[Rows]: ...
