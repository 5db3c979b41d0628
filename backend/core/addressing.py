"""Where a publication goes: a download folder, identities that hold its user types, and a name it takes for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from backend.contract.faults import DISAGREE, NOT_FOUND, UNKNOWN_FOLDER, Refused
from backend.contract.rules.audiences import audience
from backend.contract.rules.file_names import agree, plain, read_name, write_name
from backend.contract.rules.shown import shown
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.deadlines import Filer
from backend.core.rows import Rows

_NAMED: Final = 5
"""Identities that a refusal names; how many more there are it counts."""


def download_folder(catalogue: Catalogue, code: str) -> FolderRule:
    """4501 where there is none."""
    folder = catalogue.folders.get(code)
    if folder is None or folder.direction != "download":
        raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
    return folder


def addressees(rows: Rows, folder: FolderRule, to: str) -> list[Filer]:
    """The identities that will find the file, by code; 2001 unless an active company holds one of them for it."""
    wanted = audience(to)
    found = [_one(rows, folder, wanted.identity_code)] if wanted.is_one else rows.filers(folder.user_types)
    reached = [one for one in found if one and wanted.includes(one.identity_code, one.company, one.user_type)]
    if not reached:
        raise Refused(NOT_FOUND)
    return reached


def input_date_of(folder: FolderRule, codes: Sequence[str], file_name: str, today: date) -> date:
    """The date the name says, or today; 4505 for a name that the folder does not take for each of these identities."""
    if folder.patterns:
        reading = read_name(folder.patterns, file_name)
        said = (reading.input_date if reading else None) or today
        named = reading.identity_code if reading else None
        if len(codes) == 1 or named is None:
            agree(folder.code, folder.patterns, file_name, codes[0], said)
        else:
            _refuse_others(folder, named, [code for code in codes if code != named], said)
        return said
    if not plain(file_name):
        name = shown(file_name, 60)
        raise Refused(
            DISAGREE,
            reason="file_name",
            in_name=name,
            chosen=folder.code,
            what=f"The name {name} is not one that any folder takes.",
            fix="Rename the file: letters, digits, dots, hyphens, underscores and spaces, at most 200.",
        )
    return today


def _one(rows: Rows, folder: FolderRule, identity_code: str) -> Filer | None:
    identity = rows.identity(identity_code)
    company = rows.company(identity.company) if identity is not None and not identity.removed else None
    if identity is None or company is None or company.state != "active" or identity.user_type not in folder.user_types:
        return None
    return Filer(identity.code, identity.name, identity.user_type, company.code, company.name)


def _refuse_others(folder: FolderRule, named: str, others: Sequence[str], input_date: date) -> None:
    """4505 where a name that holds one identity is to go to others as well."""
    if not others:
        return
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    listed = ", ".join(others[:_NAMED]) + more
    free = next((one for one in folder.patterns if "{identity}" not in one), None)
    other = f"rename the file to {write_name(free, '', input_date)}" if free else "publish one file for each"
    raise Refused(
        DISAGREE,
        reason="identity_code",
        in_name=named,
        chosen=listed,
        what=f"The name says identity {named}; it does not agree for {listed}.",
        fix=f"Publish it to identity {named} alone, or {other}.",
    )
