"""Receipts: the plain text that is an activity's leaf, and the hash of that leaf (RFC 6962).

A receipt is one `key: value` a line in a fixed order, LF at every end, so that whoever holds it can recompute its
leaf hash. Values are printable ASCII; anything else is written as %XX of its UTF-8 bytes; an absent value is `-`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

RECEIPT: Final = "receipt-v1"
RECEIPT_KEYS: Final = (
    "origin",
    "log-index",
    "submission",
    "company",
    "identity-code",
    "folder",
    "input-date",
    "file-name",
    "size",
    "sha256",
    "version",
    "supersedes",
    "received-start",
    "received",
    "channel",
    "submitter",
)
ENTRY: Final = "entry-v1"
ENTRY_KEYS: Final = (
    "origin",
    "log-index",
    "act",
    "at",
    "company",
    "login-id",
    "subject",
    "identity-code",
    "folder",
    "input-date",
    "file-name",
    "size",
    "sha256",
    "fault",
    "count",
    "submission",
    "channel",
)
CHANGE: Final = "change-v1"
CHANGE_KEYS: Final = (
    "origin",
    "log-index",
    "act",
    "at",
    "company",
    "login-id",
    "subject",
    "object",
    "request",
    "kind",
    "revision",
    "digest",
    "fault",
    "count",
    "channel",
)
DETAILS_KEY: Final = "details"
"""The last line of every document: the hash of what is known beside it. The oldest have none."""

_AS_IT_IS = re.compile(r"[ -$&-~]+")


def receipt_text(values: Mapping[str, object]) -> str:
    """The receipt of an accepted submission; `values` are named by `RECEIPT_KEYS`."""
    return _document(RECEIPT, RECEIPT_KEYS, values)


def entry_text(values: Mapping[str, object]) -> str:
    """The leaf of every other act; `values` are named by `ENTRY_KEYS`."""
    return _document(ENTRY, ENTRY_KEYS, values)


def change_text(values: Mapping[str, object]) -> str:
    """The leaf of an act on a change request or a thing of an account; `values` are named by `CHANGE_KEYS`."""
    return _document(CHANGE, CHANGE_KEYS, values)


def read_document(text: str) -> dict[str, str]:
    """The keys and raw values of a receipt or entry; raises `ValueError` if it is not exactly one."""
    head, *lines = text.split("\n")
    keys = {RECEIPT: RECEIPT_KEYS, ENTRY: ENTRY_KEYS, CHANGE: CHANGE_KEYS}.get(head)
    if keys is not None and len(lines) == len(keys) + 2:
        keys = (*keys, DETAILS_KEY)
    if keys is None or len(lines) != len(keys) + 1 or lines[-1] != "":
        raise ValueError("this is not a receipt")
    found: dict[str, str] = {}
    for key, line in zip(keys, lines, strict=False):
        name, colon, value = line.partition(": ")
        if name != key or not colon:
            raise ValueError(f"this is not a receipt: {key} is missing")
        found[key] = value
    return found


def said(value: str) -> str | None:
    """What a raw value stands for; `None` where it is absent."""
    return None if value == "-" else unquote(value)


def leaf_hash(text: str) -> bytes:
    """The RFC 6962 leaf hash, SHA-256 of a zero byte and the text: 32 bytes."""
    return hashlib.sha256(b"\x00" + text.encode("ascii")).digest()


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def read_instant(text: str) -> datetime:
    """The instant that `instant_text` wrote; `ValueError` for anything else."""
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"not an instant: {text!r}") from error
    if instant_text(instant) != text:
        raise ValueError(f"not an instant: {text!r}")
    return instant


def _document(kind: str, keys: tuple[str, ...], values: Mapping[str, object]) -> str:
    if values.get(DETAILS_KEY) is not None:
        keys = (*keys, DETAILS_KEY)
    return "\n".join([kind, *(f"{key}: {_value(values.get(key))}" for key in keys), ""])


def _value(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return instant_text(value)
    text = str(value)
    if text == "-":
        return "%2D"
    if _AS_IT_IS.fullmatch(text):
        return text
    return "".join(
        character
        if " " <= character <= "~" and character != "%"
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in text
    )
