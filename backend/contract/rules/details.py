"""Details: what is known of an act beside its leaf. The leaf has the hash of their text, so that they cannot change.

Where an act came from and a person's own words enter that text as salted hashes: without value and salt, and with the
hash alone, the text is still the same. They can be erased, and nobody can guess them back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from backend.contract.rules.expectations import Unexpected
from backend.contract.rules.receipts import instant_text

DETAILS: Final = "details-v1"
PERSONAL: Final = ("source", "note")
Personal = Mapping[str, Mapping[str, str]]
"""By personal field its `salt`; once it is erased, the `hash` that stood for it."""


def salts_for(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """A new salt for each personal value that is there."""
    return {name: {"salt": secrets.token_hex(16)} for name in PERSONAL if values.get(name) is not None}


def details_hash(values: Mapping[str, Any], personal: Personal) -> str:
    """The hash of the details' text, in hex. `values` are named as an activity's fields are."""
    return hashlib.sha256(details_text(values, personal).encode("ascii")).hexdigest()


def details_text(values: Mapping[str, Any], personal: Personal) -> str:
    """One `key: value` a line, as in a receipt; `-` is nothing."""
    cut_off: datetime | None = values.get("cut_off")
    findings: Sequence[Unexpected] = values.get("findings") or ()
    lines = {
        "source": _stands_for(personal, "source", values.get("source")),
        "note": _stands_for(personal, "note", values.get("note")),
        "fault-values": _json(dict(values.get("fault_values") or {})),
        "findings": _json([asdict(one) for one in findings]),
        "cut-off": instant_text(cut_off) if cut_off is not None else "",
        "counts": values.get("counts") or "",
        **{key: _number(values.get(key.replace("-", "_"))) for key in ("version", "supersedes", "bytes-of")},
    }
    return "\n".join([DETAILS, *(f"{key}: {value or '-'}" for key, value in lines.items()), ""])


def without(name: str, value: str, personal: Personal) -> Personal:
    """What stays of a personal field once its value is erased: what stands for it; of the oldest entries nothing."""
    return {**personal, name: {"hash": _stands_for(personal, name, value)}} if name in personal else personal


def _stands_for(personal: Personal, name: str, value: str | None) -> str:
    kept = personal.get(name, {})
    if value is None:
        return kept.get("hash", "")
    salted = f"{name}\0{kept.get('salt', '')}\0{value}"
    return hashlib.sha256(salted.encode("utf-8", "surrogatepass")).hexdigest()


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _json(value: dict[str, str] | list[dict[str, Any]]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":")) if value else ""
