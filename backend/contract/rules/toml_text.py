"""Tables as TOML text: the words of `catalogue.toml`, one key a line, as server and console both write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_LONGEST_LINE: Final = 100
_IN_GROUPS: Final = 10_000
"""From here on a number's thousands are set apart."""
_DELETE: Final = "\x7f"


def table_text(table: Mapping[str, Any]) -> str:
    """The table's lines, without a heading; a table in it that holds lists of tables is written by dotted keys."""
    return "".join(f"{line}\n" for name, value in table.items() for line in _lines(key_text(name), value))


def key_text(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def value_text(value: Any) -> str:
    """The value on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key_text(name)} = {value_text(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= _IN_GROUPS:
        return f"{value:_}"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _lines(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and any(_holds_tables(one) for one in value.values()):
        for inner, one in value.items():
            yield from _lines(f"{name}.{key_text(inner)}", one)
        return
    line = f"{name} = {value_text(value)}"
    if not isinstance(value, list | tuple) or not (_holds_tables(value) or len(line) > _LONGEST_LINE):
        yield line
        return
    yield f"{name} = ["
    yield from (f"  {value_text(one)}," for one in value)
    yield "]"


def _holds_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value)


def _string(text: str) -> str:
    """JSON's escapes are TOML's, once DEL is one too."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007F")
