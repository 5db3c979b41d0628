"""The shapes of what `ecp publish` answers with `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel


class PublishedAnswer(BaseModel):
    """One publication that stands, for one identity or for many."""

    state: Literal["published"]
    log_index: int
    published: datetime
    publisher: str
    to: list[str]
    """Identity codes, `ALL`, `COMPANY-` or `TYPE-` and a code."""
    folder: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    version: int
    identities: int
    fetched: int


class PublishedNowAnswer(PublishedAnswer):
    """What `publish` did: whom it reaches, for how many it is new, how many accounts were told by mail."""

    reached: int
    new: int
    notices: int


class EditionsAnswer(BaseModel):
    items: list[PublishedAnswer]
    cursor: str | None


class RecipientAnswer(BaseModel):
    """One identity that a publication stands for, and who fetched it first."""

    identity_code: str
    name: str
    company: str
    log_index: int
    version: int
    state: Literal["published", "fetched"]
    fetched_at: datetime | None
    fetched_by: str | None


class EditionAnswer(PublishedAnswer):
    recipients: list[RecipientAnswer]


class WithdrawnAnswer(BaseModel):
    state: Literal["withdrawn"]
    folder: str
    to: str
    file_name: str
