"""What `doctor` found: one line a matter, whether it is right, and the one thing to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any, Final, Literal

State = Literal["ok", "warning", "problem"]
_SIGNS: Final = {"ok": "●", "warning": "!", "problem": "✕"}
_ASCII: Final = {"ok": "*", "warning": "!", "problem": "x"}
_NARROWEST: Final = 20
_ENDLESS: Final = 10_000
_WORST: Final[tuple[State, ...]] = ("problem", "warning", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """One matter that was looked at."""

    name: str
    state: State
    what: str
    remedy: str = ""


def worst(found: Sequence[Finding]) -> State:
    return next((state for state in _WORST if any(one.state == state for one in found)), "ok")


def as_data(found: Sequence[Finding]) -> dict[str, Any]:
    """`state` is the worst of all; `remedy` is `null` where there is nothing to do."""
    return {"state": worst(found), "checks": [asdict(one) | {"remedy": one.remedy or None} for one in found]}


def as_lines(found: Sequence[Finding], *, columns: int = 0, ascii_only: bool = False) -> Iterator[str]:
    """`● name  what`, and below what is not right its remedy; within so many columns, where that is said."""
    signs = _ASCII if ascii_only else _SIGNS
    names = max((len(one.name) for one in found), default=0)
    room = max(_NARROWEST, columns - names - 4) if columns else _ENDLESS
    for one in found:
        said = wrap(one.what, room, break_on_hyphens=False) or [""]
        remedy = wrap(one.remedy, room, break_on_hyphens=False) if one.state != "ok" else []
        yield f"{signs[one.state]} {one.name:{names}}  {said[0]}"
        yield from (f"  {'':{names}}  {line}" for line in (*said[1:], *remedy))
