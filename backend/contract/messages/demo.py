"""What the demo adds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import AccountState, Ask, Message


class DemoPerson(Message):
    """One of the people one can be in the demo."""

    login_id: str
    name: str
    company: str
    role: str
    to_try: str
    state: AccountState | Literal["locked"] = "active"
    """Whoever is not active is kept out for now."""


class DemoSecret(Ask):
    """The secret of an authenticator that is being set up, in base32."""

    secret: Annotated[str, StringConstraints(pattern=r"^([A-Z2-7]{8}){1,16}$")] = Field(repr=False)


class DemoCode(Message):
    """A One-Time-Password that was not used yet; `wait` seconds pass until it works. Empty: no authenticator."""

    otp: str = Field(repr=False)
    wait: float = 0.0


class DemoCredentials(DemoCode):
    """What a person would type; made fresh, so that the code works. The password is empty once it was changed."""

    login_id: str
    password: str = Field(repr=False)


class DemoWorld(Message):
    """Where the demo's samples lie, and the lines that reach its SFTP endpoint."""

    samples: str
    sftp_lines: tuple[str, ...]
    ssh_host: str
    ssh_port: int
    host_key_fingerprint: str
    samples_listing: tuple[tuple[str, str], ...]
    """File name and what becomes of it."""
    known_hosts: str = ""
    keys: dict[str, str] = Field(default_factory=dict)
    """Where each login ID's private key lies."""
    existing_ecp: str = ""
    """The page of the existing ECP."""
    existing_accounts: tuple[tuple[str, str, str], ...] = Field(default=(), repr=False)
    """Login, password and company of each of its accounts."""


class DemoMail(Message):
    """One mail that the demo's platform sent, as its reader sees it."""

    id: str
    at: datetime
    sender: str
    to: str
    subject: str
    text: str
