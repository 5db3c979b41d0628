"""The catalogue by ecpd's commands: the whole as a file, and what a file says otherwise. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backend.contract.messages import Line
from backend.contract.rules.shown import shown
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.catalogue_text import catalogue_text, parse
from backend.core.rule_lines import folder_lines, function_lines
from backend.settings import Settings, SettingsError
from backend.wiring.keys import opened_store


def exported(settings: Settings) -> str:
    """As `catalogue.toml` would say it; while ecpd runs as well."""
    return catalogue_text(_kept(settings))


def differences(settings: Settings, file: Path) -> list[str]:
    """What is otherwise in the file, a line a fact: − as it is kept, + as the file has it. Empty where nothing is."""
    try:
        said = parse(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not text in UTF-8.") from error
    except ValueError as error:
        raise SettingsError(f"{file}: {shown(str(error), 500)}") from error
    return list(_differences(_kept(settings), said))


def _kept(settings: Settings) -> Catalogue:
    with opened_store(settings) as store, store.reading() as rows:
        return rows.catalogue()


def _differences(kept: Catalogue, said: Catalogue) -> Iterator[str]:
    for code in sorted({*kept.user_types, *said.user_types}):
        old, new = kept.user_types.get(code, ""), said.user_types.get(code, "")
        yield from _told(f"user type {code}", [Line(label="Title", before=old, after=new)] if old != new else [])
    for code in sorted({*kept.functions, *said.functions}):
        before, after = kept.functions.get(code), said.functions.get(code)
        gone = [Line(label="Function", before=before.title)] if before else []
        yield from _told(f"function {code}", function_lines(before, after) if after else gone)
    for code in [*kept.folders, *(one for one in said.folders if one not in kept.folders)]:
        yield from _told(f"folder {code}", list(_folder(kept.folders.get(code), said.folders.get(code))))


def _folder(before: FolderRule | None, after: FolderRule | None) -> Iterator[Line]:
    if after is None:
        yield Line(label="Folder", before=before.title if before else "")
        return
    yield from folder_lines(before, after)
    for label, name in (("Route", "route"), ("Batch", "batch")):
        old, new = (str(getattr(one, name) or "") if one else "" for one in (before, after))
        if old != new:
            yield Line(label=label, before=old, after=new)


def _told(heading: str, lines: list[Line]) -> Iterator[str]:
    if lines:
        yield heading
    for line in lines:
        yield from (f"  - {line.label}: {line.before}" for _ in line.before[:1])
        yield from (f"  + {line.label}: {line.after}" for _ in line.after[:1])
