"""Editions: one file published to one identity or to many, all of them or none. The bytes lie in the vault once.

Each identity has a row of its own; the rows of an edition share the bytes of the first of them, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.contract.rules.audiences import audience
from backend.core.activity import Ledger
from backend.core.activity_row import PUBLISHED, REPEATED, WITHDRAWN, ActivityRow
from backend.core.actor import Actor
from backend.core.claims import Claim
from backend.core.deadlines import Filer
from backend.core.publications import Published, published_of
from backend.core.rows import Unit

_TOLD = ("company", "folder", "identity_code", "input_date", "file_name", "size", "sha256", "version")


@dataclass(frozen=True, slots=True)
class Bytes:
    """What is published; `object_key` is where this upload of it lies."""

    size: int
    sha256: str
    object_key: str


@dataclass(frozen=True, slots=True)
class Edition:
    """What stands now for everybody who was addressed, by identity code; `new` are those who did not have it before."""

    number: int
    files: tuple[Published, ...]
    new: frozenset[str]
    replayed: bool
    """Whether the bytes lay there before, so that those of this upload are not needed."""
    notices: int = 0
    """How many accounts were told by mail."""


def publish(
    unit: Unit, ledger: Ledger, actor: Actor, claim: Claim, kept: Bytes, reached: Sequence[Filer], now: datetime
) -> Edition:
    """Rows for those who do not have these bytes under this name; what they had before is superseded."""
    codes = [one.identity_code for one in reached]
    stands = {
        row.identity_code or "": row
        for row in unit.published_under(claim.folder, codes, claim.file_name, claim.input_date)
    }
    have = {code: row for code, row in stands.items() if (row.sha256, row.size) == (kept.sha256, kept.size)}
    again = any(row.object_key == kept.object_key for row in have.values())  # this very unit, whose answer was lost
    owner = min((_number(row) for row in have.values()), default=None)
    lacking = [one for one in reached if one.identity_code not in have]
    written: list[ActivityRow] = []
    if lacking:
        size = unit.head().size
        before = {code: row for code, row in stands.items() if code not in have}
        unit.supersede_all(
            {
                before[one.identity_code].log_index: size + at
                for at, one in enumerate(lacking)
                if one.identity_code in before
            }
        )
        facts = _rows(unit, claim, kept, lacking, before, have, owner if owner is not None else size)
        written = ledger.record_all(unit, PUBLISHED, now, actor.channel, [who(actor) | one for one in facts])
    elif not again:
        companies = {one.company for one in reached}
        company = companies.pop() if len(companies) == 1 else None
        ledger.record(unit, REPEATED, now, actor.channel, **who(actor), company=company, subject=str(owner))
    number = owner if owner is not None else _number(written[0])
    if not audience(claim.identity_code).is_one:
        unit.address(claim.folder, claim.identity_code, claim.file_name, number)
    now_there = have | {row.identity_code or "": row for row in written}
    new = frozenset(row.identity_code or "" for row in written)
    replayed = owner is not None and not again
    return Edition(number, tuple(published_of(now_there[code]) for code in codes), new, replayed)


def withdraw(unit: Unit, ledger: Ledger, actor: Actor, rows: Sequence[ActivityRow], reason: str, now: datetime) -> None:
    """None of them stands any more; each leaves an entry of its own that says why."""
    size = unit.head().size
    unit.supersede_all({row.log_index: size + at for at, row in enumerate(rows)}, ended=WITHDRAWN)
    facts = ({name: getattr(row, name) for name in _TOLD} | {"subject": str(row.log_index)} for row in rows)
    each = [who(actor) | one | {"note": reason} for one in facts]
    ledger.record_all(unit, WITHDRAWN, now, actor.channel, each)


def who(actor: Actor) -> dict[str, Any]:
    return {"login_id": actor.login_id, "source": actor.source}


def _rows(
    unit: Unit,
    claim: Claim,
    kept: Bytes,
    lacking: Sequence[Filer],
    before: Mapping[str, ActivityRow],
    have: Mapping[str, ActivityRow],
    owner: int,
) -> Iterator[dict[str, Any]]:
    """The facts of the new rows: one version for everybody, the next one after any that somebody had."""
    codes = [one.identity_code for one in lacking]
    gone = unit.withdrawn_versions(claim.folder, codes, claim.input_date, claim.file_name)
    earlier = [*gone.values(), *(row.version or 0 for row in before.values())]
    version = max([max(earlier, default=0) + 1, *(row.version or 1 for row in have.values())])
    first = unit.head().size
    for at, one in enumerate(lacking):
        shares = {"bytes_of": owner} if first + at != owner else {"object_key": kept.object_key}
        replaced = before.get(one.identity_code)
        yield shares | {
            "company": one.company,
            "folder": claim.folder,
            "identity_code": one.identity_code,
            "input_date": claim.input_date,
            "file_name": claim.file_name,
            "size": kept.size,
            "sha256": kept.sha256,
            "version": version,
            "supersedes": replaced.log_index if replaced else None,
        }


def _number(row: ActivityRow) -> int:
    return row.log_index if row.bytes_of is None else row.bytes_of
