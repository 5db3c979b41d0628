"""What the demo adds."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.contract.messages.base import Message


class DemoPerson(Message):
    """One of the people one can be in the demo."""

    login_id: str
    name: str
    company: str
    role: str
    to_try: str


class DemoCredentials(Message):
    """What a person would type; made fresh, so that the code works. `wait` seconds pass until it does."""

    login_id: str
    password: str = Field(repr=False)
    otp: str = Field(repr=False)
    wait: float = 0.0


class DemoWorld(Message):
    """Where the demo's samples lie, and the lines that reach its SFTP endpoint."""

    samples: str
    sftp_lines: tuple[str, ...]
    ssh_host: str
    ssh_port: int
    host_key_fingerprint: str
    samples_listing: tuple[tuple[str, str], ...]
    """File name and what becomes of it."""


class DemoMail(Message):
    """One mail that the demo's platform sent, as its reader sees it."""

    id: str
    at: datetime
    sender: str
    to: str
    subject: str
    text: str
