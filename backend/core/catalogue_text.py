"""The catalogue as text: what a `catalogue.toml` says, row by row."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import time
from importlib.resources import files
from typing import Any

from backend.contract.rules.file_names import check_template
from backend.core.catalogue import ANY_FUNCTION, Catalogue, CutOff, FolderRule, Function
from backend.core.content_text import check_companions, content_of

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,19}", re.ASCII)


def shipped() -> str:
    """The text of the catalogue that comes with the product."""
    return files("backend").joinpath("catalogue.toml").read_text("utf-8")


def parse(text: str) -> Catalogue:
    """The catalogue in a `catalogue.toml`; raises `ValueError` with the row that is wrong."""
    data = tomllib.loads(text)
    user_types = dict(data["user_types"])
    functions = {code: function_of(code, row) for code, row in data["functions"].items()}
    folders = {code: folder_of(code, row) for code, row in data["folders"].items()}
    for folder in folders.values():
        unknown = (set(folder.functions) - set(functions) - {ANY_FUNCTION}) | (set(folder.user_types) - set(user_types))
        if unknown or not _CODE.fullmatch(folder.code):
            raise ValueError(f"catalogue: folder {folder.code}: unknown {', '.join(sorted(unknown)) or 'code'}")
    return Catalogue(user_types, functions, folders)


def function_of(code: str, row: Mapping[str, Any]) -> Function:
    return Function(code, row["title"], tuple(row["channels"]), row.get("all_folders", False))


def folder_of(code: str, row: Mapping[str, Any]) -> FolderRule:
    """The rule in one folder's table; raises `ValueError` for a template no folder may have."""
    given = dict(row)
    for name in ("functions", "channels", "user_types", "patterns", "companions"):
        given[name] = tuple(given.get(name, ()))
    if "cut_off" in given:
        cut_off = given["cut_off"]
        given["cut_off"] = CutOff(
            _time(cut_off["at"]), cut_off.get("trading_days_after", 0), cut_off.get("closes", False)
        )
    if "window" in given:
        opens, closes = given["window"]
        given["window"] = (_time(opens), _time(closes))
    try:
        check_companions(given["companions"])
        if "content" in given:
            given["content"] = content_of(given["content"])
    except ValueError as error:
        raise ValueError(f"catalogue: folder {code}: {error}") from error
    folder = FolderRule(code=code, **given)
    for template in folder.names:
        check_template(template)
    return folder


def _time(value: str | time) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)
