"""SFTP access: the five steps, keys and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from backend.contract.messages.base import PRINTED, Ask, LoginId, Message
from backend.contract.messages.requests import ChangeRequest

KeyState = Literal["live", "expiring", "expired", "revoked"]
StepState = Literal["done", "next", "waiting", "later"]


class SftpStep(Message):
    """One of the five steps of FAQ Q22, with its section of the user guide."""

    number: int
    title: str
    section: str
    state: StepState
    words: str


class SftpKeyRow(Message):
    fingerprint: str
    type: str
    """As OpenSSH names it: ssh-ed25519, rsa-4096."""
    comment: str
    registered: datetime | None
    expires: datetime
    state: KeyState


class SftpAddressRow(Message):
    network: str
    registered: datetime | None


class SftpAccessPage(Message):
    """All that SFTP needs of one account, and how far it is."""

    login_id: str
    name: str
    steps: tuple[SftpStep, ...]
    keys: tuple[SftpKeyRow, ...]
    addresses: tuple[SftpAddressRow, ...]
    requests: tuple[ChangeRequest, ...]
    """About keys and addresses, open ones and those decided lately."""
    your_address: str
    """Where the one who asks comes from."""
    covered: bool
    """Whether a registered network holds that address."""
    ssh_host: str
    ssh_port: int
    host_key_fingerprint: str
    tree: tuple[str, ...]
    """The folders as SFTP shows them, a path a line."""


class RevokeKey(Ask):
    """At once, by one person."""

    fingerprint: Annotated[str, StringConstraints(max_length=100, pattern=PRINTED)]


class RemoveAddress(Ask):
    """At once, by one person."""

    login_id: LoginId
    network: Annotated[str, StringConstraints(max_length=60, pattern=PRINTED)]


class RotateKey(Ask):
    """A new key, signed by a live one of the same account: `ssh-keygen -Y sign -n sftp-key@ecp -f OLD NEW.pub`."""

    login_id: LoginId
    public_key: Annotated[str, StringConstraints(max_length=20_000)]
    signature: Annotated[str, StringConstraints(max_length=20_000)]
    """In armour, as ssh-keygen writes it: over the bytes of the NEW.pub file, given in `public_key`."""
