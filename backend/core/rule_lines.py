"""What a new rule changes, in lines of before and after: its meaning, fact by fact, not its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

from backend.contract.messages import Line
from backend.contract.rules.content import Column, ContentRule
from backend.contract.rules.shown import shown
from backend.contract.rules.toml_text import value_text
from backend.core.catalogue import CutOff, FolderRule, Function
from backend.core.catalogue_text import MOVED, data_of

_LABELS: Final = {
    "functions": "Opened by",
    "channels": "Channel",
    "user_types": "User type",
    "patterns": "Name pattern",
    "companions": "Companion",
    "input_date_meaning": "Input date is",
    "cut_off": "Cut-off",
    "cut_off.closes": "After the cut-off",
    "cut_off.counts": "Cut-off counts",
    "cut_off.remind": "Reminder",
    "window": "Open",
    "sample": "Sample data",
    "content.most_rows": "Rows",
    "content.unique": "Unique",
    "content.expect": "Expected",
    "all_folders": "Opens",
}
_ONE_EACH: Final = ("functions", "channels", "user_types", "patterns", "companions", "expect")
_OF_ACCESS: Final = ("functions", "channels", "user_types")
_LONGEST: Final = 400


def folder_lines(before: FolderRule | None, after: FolderRule) -> list[Line]:
    """A line a fact that differs; what opens or closes the folder to anybody weighs."""
    lines: list[Line] = []
    for field in fields(FolderRule):
        name = field.name
        if name in ("code", "cut_off", "content", *MOVED):
            continue
        old = getattr(before, name) if before else () if name in _ONE_EACH else None
        new = getattr(after, name)
        if before is None and name not in _ONE_EACH and field.default == new:
            continue  # a new folder says what is not as by itself
        weighs = name in _OF_ACCESS or (name == "direction" and before is not None)
        lines += _lines(name, old, new, weighs=weighs)
    lines += _cut_off(before.cut_off if before else None, after.cut_off)
    lines += _content(before.content if before else None, after.content)
    return lines


def function_lines(before: Function | None, after: Function) -> list[Line]:
    return [
        *_lines("title", before.title if before else None, after.title),
        *_lines("channels", before.channels if before else (), after.channels, weighs=True),
        *_lines("all_folders", before.all_folders if before else None, after.all_folders, weighs=True),
    ]


def _lines(name: str, old: Any, new: Any, *, weighs: bool = False) -> Iterator[Line]:
    if old == new:
        return
    label = _label(name)
    if isinstance(new, tuple) and name.rpartition(".")[2] in _ONE_EACH:
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        if gone or come:
            yield from (Line(label=label, before=_said(name, one), weighs=weighs) for one in gone)
            yield from (Line(label=label, after=_said(name, one), weighs=weighs) for one in come)
            return
        label = f"{label}, in order"
    yield Line(label=label, before=_said(name, old), after=_said(name, new), weighs=weighs)


def _cut_off(old: CutOff | None, new: CutOff | None) -> Iterator[Line]:
    yield from _lines("cut_off", old and _when(old), new and _when(new))
    if new is None:
        return
    yield from _lines("cut_off.closes", old and old.closes, new.closes, weighs=new.closes and old is not None)
    for field in fields(CutOff):
        if field.name not in ("at", "trading_days_after", "closes"):
            value = getattr(new, field.name)
            if old is not None or value != field.default:
                yield from _lines(f"cut_off.{field.name}", old and getattr(old, field.name), value)


def _when(cut_off: CutOff) -> str:
    after = cut_off.trading_days_after
    day = {0: "on the date", 1: "the next trading day"}.get(after, f"{after} trading days after")
    return f"{cut_off.at:%H:%M} {day}"


def _content(old: ContentRule | None, new: ContentRule | None) -> Iterator[Line]:
    if new is None:
        yield from _lines("content", old and old.in_words(), None)
        return
    for field in fields(ContentRule):
        name = field.name
        value = getattr(new, name)
        if name == "columns":
            yield from _columns(old.columns if old else (), value)
        elif old is not None or value != field.default:
            before = getattr(old, name) if old is not None else () if isinstance(value, tuple) else None
            yield from _lines(f"content.{name}", before, value)


def _columns(old: tuple[Column, ...], new: tuple[Column, ...]) -> Iterator[Line]:
    had, has = ({column.name: column for column in columns} for columns in (old, new))
    changed = False
    for name in (*had, *(one for one in has if one not in had)):
        before, after = (_column(columns[name]) if name in columns else "" for columns in (had, has))
        if before != after:
            changed = True
            yield Line(label=f"Column {shown(name, 40)}", before=before, after=after)
    if not changed and old != new:
        yield Line(label="Columns, in order", before=_joined(had), after=_joined(has))


def _column(column: Column) -> str:
    facts = data_of(column)
    del facts["name"]
    kind = facts.pop("kind", "text")
    more = [name if value is True else f"{name} {_plain(value)}" for name, value in facts.items()]
    return shown(", ".join([kind, *more]), _LONGEST)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _label(name: str) -> str:
    return _LABELS.get(name) or name.rpartition(".")[2].replace("_", " ").capitalize()


def _said(name: str, value: Any) -> str:
    if value is None or value == ():
        return ""
    special = _SAID.get(name)
    return shown(special(value) if special is not None else _plain(value), _LONGEST)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple | list):
        return _joined(value)
    if words := getattr(value, "words", ""):
        return str(words)
    return value_text(data_of(value)) if is_dataclass(value) else str(value)


def _joined(values: Any) -> str:
    return ", ".join(_plain(one) for one in values)


_SAID: Final[dict[str, Callable[[Any], str]]] = {
    "size_limit": lambda value: f"{value:,} bytes",
    "window": lambda value: f"{value[0]:%H:%M}–{value[1]:%H:%M}",
    "cut_off.closes": lambda value: "refused (4513)" if value else "taken, and late",
    "cut_off.remind": lambda value: f"{value} minutes before",
    "content.most_rows": lambda value: f"at most {value:,}",
    "all_folders": lambda value: "every folder" if value else "folders that name it",
}
