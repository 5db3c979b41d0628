"""The catalogue as text: what a `catalogue.toml` says, row by row, and the same text of what is kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import time
from importlib.resources import files
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from backend.contract.rules.file_names import check_template
from backend.contract.rules.toml_text import key_text, table_text, value_text
from backend.core.catalogue import ANY_FUNCTION, Catalogue, FolderRule, Function
from backend.core.content_text import check_companions, content_of

CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]{1,19}", re.ASCII)
MOVED: Final = ("route", "batch", "owed_since")
"""What of a folder its migration alone changes, and when filing in it became a duty."""
_UNSAID: Final = ("code", "owed_since")
_FOLDER: Final = TypeAdapter(FolderRule)


def shipped() -> str:
    """The text of the catalogue that comes with the product."""
    return files("backend").joinpath("catalogue.toml").read_text("utf-8")


def parse(text: str) -> Catalogue:
    """The catalogue in a `catalogue.toml`; raises `ValueError` with the row that is wrong."""
    data = tomllib.loads(text)
    try:
        user_types = dict(data["user_types"])
        functions = {code: function_of(code, row) for code, row in data["functions"].items()}
        folders = {code: folder_of(code, row) for code, row in data["folders"].items()}
    except KeyError as error:
        raise ValueError(f"catalogue: {error} is missing") from error
    except (TypeError, AttributeError) as error:
        raise ValueError("catalogue: a row is not the table that it should be") from error
    for folder in folders.values():
        unknown = (set(folder.functions) - set(functions) - {ANY_FUNCTION}) | (set(folder.user_types) - set(user_types))
        if unknown or not CODE.fullmatch(folder.code):
            raise ValueError(f"catalogue: folder {folder.code}: unknown {', '.join(sorted(unknown)) or 'code'}")
    return Catalogue(user_types, functions, folders)


def function_of(code: str, row: Mapping[str, Any]) -> Function:
    return Function(code, row["title"], tuple(row["channels"]), row.get("all_folders", False))


def folder_of(code: str, row: Mapping[str, Any]) -> FolderRule:
    """The rule in one folder's table; raises `ValueError` for a template no folder may have."""
    given = {"functions": (), "channels": (), "user_types": (), **row}
    try:
        check_companions(tuple(given.get("companions", ())))
        if "content" in given:
            given["content"] = content_of(given["content"])
        folder = _FOLDER.validate_python(given | {"code": code})
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"catalogue: folder {code}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except ValueError as error:
        raise ValueError(f"catalogue: folder {code}: {error}") from error
    for template in folder.names:
        check_template(template)
    return folder


# ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────


def catalogue_text(catalogue: Catalogue) -> str:
    """The whole, as `parse` reads it; the same text of the same catalogue, whatever its rows once looked like."""
    parts = [f"[user_types]\n{table_text(dict(sorted(catalogue.user_types.items())))}", "[functions]\n"]
    for code, function in sorted(catalogue.functions.items()):
        parts[1] += f"{key_text(code)} = {value_text(data_of(function))}\n"
    parts += [f"[folders.{key_text(code)}]\n{table_text(data_of(one))}" for code, one in catalogue.folders.items()]
    return "\n".join(parts)


def folder_text(folder: FolderRule) -> str:
    """A folder's own table, as it is changed: without what its migration changes."""
    return table_text({name: value for name, value in data_of(folder).items() if name not in MOVED})


def function_text(function: Function) -> str:
    return table_text(data_of(function))


def data_of(value: Any) -> Any:
    """A rule as its table in TOML: what is as by itself, and its code, go without saying."""
    if is_dataclass(value):
        said = {one.name: (getattr(value, one.name), one) for one in fields(value) if one.name not in _UNSAID}
        return {
            name: data_of(held) for name, (held, one) in said.items() if one.default is MISSING or held != one.default
        }
    if isinstance(value, tuple):
        return [data_of(one) for one in value]
    return value.isoformat("minutes" if not value.second else "auto") if isinstance(value, time) else value
