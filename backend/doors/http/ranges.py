"""Ranges: which bytes of a file a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers

from backend.contract.faults import NOT_WITHIN, Refused
from backend.contract.rules.shown import shown

_UNIT: Final = "bytes="
_ONE: Final = re.compile(r"([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


def asked_span(headers: Headers, size: int, etag: str) -> tuple[int, int] | None:
    """The first byte and the one after the last; `None` for the whole file. 4522 for anything but one range of it."""
    asked = headers.getlist("range")
    if not asked or not asked[0].lower().startswith(_UNIT) or headers.get("if-range", etag) != etag:
        return None
    one = _ONE.fullmatch(asked[0][len(_UNIT) :].strip())
    first, last = one.groups() if one and len(asked) == 1 else ("", "")
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    else:
        start, end = max(0, size - int(last)) if last else size, size
    if start >= end:
        raise Refused(NOT_WITHIN, wanted=shown(", ".join(asked), 60), size=f"{size:,}")
    return start, end
