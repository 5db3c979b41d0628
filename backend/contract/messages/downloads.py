"""Publications: files that the operator published for an identity, and whether one's own account has fetched them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Message, PublicationState


class Publication(Message):
    """One published file; `log_index` is its place in the log. `fetched` is said of one's own account."""

    log_index: int
    at: datetime
    state: PublicationState
    folder: str
    folder_title: str
    identity_code: str
    input_date: date
    file_name: str
    size: int
    sha256: str
    version: int


class PublicationPage(Message):
    """One page, newest first; `cursor` asks for the next one and is bound to the filter and to who may see what."""

    items: tuple[Publication, ...]
    cursor: str | None


class PublicationFilter(Message):
    """Empty means all."""

    folder: Annotated[str, StringConstraints(max_length=40)] | None = None
    identity_code: Annotated[str, StringConstraints(max_length=40)] | None = None


class PublicationQuery(PublicationFilter):
    """One page of what a filter finds."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
