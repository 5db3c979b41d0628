"""What `doctor` found: one line a matter, whether it is right, and the one thing to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

State = Literal["ok", "warning", "problem"]
_SIGNS: Final = {"ok": "●", "warning": "!", "problem": "✕"}
_ASCII: Final = {"ok": "*", "warning": "!", "problem": "x"}
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


def as_lines(found: Sequence[Finding], *, ascii_only: bool = False) -> Iterator[str]:
    """`● name  what`, and below what is not right its remedy."""
    signs = _ASCII if ascii_only else _SIGNS
    width = max((len(one.name) for one in found), default=0)
    for one in found:
        yield f"{signs[one.state]} {one.name:{width}}  {one.what}"
        if one.remedy and one.state != "ok":
            yield f"  {'':{width}}  {one.remedy}"
