"""A folder's rule as the fields of a form, and back into its text: what no field shows stays as it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from backend.contract.rules.toml_text import table_text

_UNITS: Final = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_SIZE: Final = re.compile(r"([0-9][0-9_,]*)\s*([KMG]I?B)?(?:YTES)?", re.IGNORECASE)
_TO: Final = re.compile(r"\s*(?:-|–|\bto\b)\s*")
_NEEDED: Final = (("title",), ("input_date_meaning",))
TAKEN, REFUSED = "taken", "refused"


@dataclass(frozen=True, slots=True)
class RuleField:
    """One field of the form; `path` is where its value stands in the rule's table."""

    id: str
    label: str
    path: tuple[str, ...]
    kind: str = "text"
    example: str = ""


FIELDS: Final = (
    RuleField("title", "Title", ("title",)),
    RuleField("patterns", "Name patterns", ("patterns",), "list", "SD1_{identity}_{date:YYYYMMDD}.csv"),
    RuleField("functions", "Opened by", ("functions",), "list", "EU_SD1, or any"),
    RuleField("user_types", "User types", ("user_types",), "list", "SEHK, GCP"),
    RuleField("channels", "Channels", ("channels",), "list", "console, http, sftp"),
    RuleField("input_date_meaning", "Input date is", ("input_date_meaning",), "text", "trade date"),
    RuleField("cut_off", "Cut-off", ("cut_off", "at"), "text", "20:00, or none"),
    RuleField("after", "Trading days after", ("cut_off", "trading_days_after"), "number", "0"),
    RuleField("closes", "Late files are", ("cut_off", "closes"), "closes"),
    RuleField("window", "Open", ("window",), "window", "07:00-15:00, or always"),
    RuleField("back", "Trading days back", ("trading_days_back",), "number", "10"),
    RuleField("ahead", "Trading days ahead", ("trading_days_ahead",), "number", "0"),
    RuleField("size", "Largest file", ("size_limit",), "size", "1 GiB"),
)
"""What is changed most often, in the order of the form."""


def read_fields(rule: str) -> dict[str, str]:
    """The text's values as the fields show them; raises `tomllib.TOMLDecodeError`."""
    table = tomllib.loads(rule)
    return {field.id: _shown(field, _at(table, field.path)) for field in FIELDS}


def write_fields(rule: str, values: Mapping[str, str]) -> str:
    """The text with these values in it. What a field cannot mean is written as it is typed, and the server says why."""
    table = tomllib.loads(rule)
    shown = read_fields(rule)
    for field in FIELDS:
        if values[field.id].strip() != shown[field.id].strip():
            _put(table, field.path, _meant(field, values[field.id].strip()))
    if not _at(table, ("cut_off", "at")) and not values["cut_off"].strip():
        table.pop("cut_off", None)
    return table_text(table)


def field_of(path: str) -> str:
    """The form's field for what an error names: cut_off.at, content.columns; empty where none shows it."""
    names = tuple(re.sub(r"\[\d+\]", "", path).split("."))
    exact = next((field.id for field in FIELDS if field.path == names), "")
    return exact or next((field.id for field in FIELDS if field.path[0] == names[0]), "")


def _shown(field: RuleField, value: Any) -> str:
    if field.kind == "closes":
        return REFUSED if value is True else TAKEN
    if value is None:
        return ""
    if field.kind == "size" and isinstance(value, int):
        return _size(value)
    if isinstance(value, list):
        return ("-" if field.kind == "window" else ", ").join(map(str, value))
    return str(value)


def _meant(field: RuleField, typed: str) -> Any:
    if field.kind == "closes":
        return typed == REFUSED or None
    if field.kind == "list":
        return [one.strip() for one in typed.split(",") if one.strip()]
    if typed.lower() in ("", "none", "always") and field.path not in _NEEDED:
        return None
    if field.kind == "window":
        return _TO.split(typed)
    return _number(field, typed)


def _number(field: RuleField, typed: str) -> int | str:
    if field.kind == "number" and typed.isascii() and typed.isdigit():
        return int(typed)
    if field.kind == "size" and (found := _SIZE.fullmatch(typed)) is not None:
        return int(re.sub("[_,]", "", found[1])) * _UNITS[(found[2] or "").upper()]
    return typed


def _size(value: int) -> str:
    """In the largest unit that loses nothing."""
    for unit in ("GiB", "MiB", "KiB"):
        if value and value % _UNITS[unit.upper()] == 0:
            return f"{value // _UNITS[unit.upper()]} {unit}"
    return str(value)


def _at(table: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = table
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _put(table: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """`None` takes it away: what holds by itself then holds."""
    *above, name = path
    for one in above:
        if not isinstance(table.get(one), dict):
            if value is None:
                return
            table[one] = {}
        table = table[one]
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
