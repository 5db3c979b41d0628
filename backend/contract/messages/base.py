"""The base of all messages, and the words they share."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, WithJsonSchema

Kind = Literal["business", "da", "operator", "auditor"]
Direction = Literal["submission", "download"]
Channel = Literal["console", "http", "sftp"]
State = Literal["accepted", "superseded", "collected", "refused"]
DueState = Literal["due", "received", "late", "missing", "exempt"]

Hash = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{64}$")]
TimeOfDay = Annotated[time, WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d:\d\d$"})]
"""In the deployment's time zone, which OpenAPI's own `time` cannot leave unsaid."""
SubmissionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Message(BaseModel):
    """The base of all messages: frozen; a server may add fields that an older client does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Problem(Message):
    """A fault on the wire (RFC 9457), with the number, the remedy and the values its words name."""

    type: str
    title: str
    status: int
    detail: str
    number: int
    remedy: str
    values: dict[str, str] = {}
    reference: str | None = None
