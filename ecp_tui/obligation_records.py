"""Obligations as data: JSON and CSV by the names of their messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from backend.contract.rules.receipts import instant_text
from ecp_tui.records import csv_of, json_of

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Obligation

COLUMNS: Final = (
    "state",
    "folder",
    "title",
    "input_date",
    "company",
    "company_name",
    "identity_code",
    "identity_name",
    "cut_off",
    "extended",
    "received",
    "log_index",
    "file_name",
    "reason",
)


def obligation_record(one: Obligation) -> dict[str, Any]:
    """One obligation by the names in `COLUMNS`."""
    values = one.model_dump() | {
        "input_date": one.input_date.isoformat(),
        "cut_off": instant_text(one.cut_off),
        "received": instant_text(one.received) if one.received else None,
    }
    return {name: values[name] for name in COLUMNS}


def obligations_as_json(items: Iterable[Obligation]) -> bytes:
    """As `ecp obligations --json` writes it."""
    return json_of(map(obligation_record, items))


def obligations_as_csv(items: Iterable[Obligation]) -> bytes:
    return csv_of(COLUMNS, ([record[name] for name in COLUMNS] for record in map(obligation_record, items)))
