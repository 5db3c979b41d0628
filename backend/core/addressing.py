"""Where a publication goes: a download folder, an identity that holds its user type, and a name the folder takes."""

from __future__ import annotations

from datetime import date

from backend.contract.faults import DISAGREE, NOT_FOUND, UNKNOWN_FOLDER, Refused
from backend.contract.rules.file_names import agree, plain, read_name
from backend.contract.rules.shown import shown
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.outgoing import Place
from backend.core.rows import Rows


def download_folder(catalogue: Catalogue, code: str) -> FolderRule:
    """4501 where there is none."""
    folder = catalogue.folders.get(code)
    if folder is None or folder.direction != "download":
        raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
    return folder


def addressee(rows: Rows, folder: FolderRule, identity_code: str) -> tuple[Place, str]:
    """The place and the company that will find the file; 2001 unless an active one holds the identity for it."""
    identity = rows.identity(identity_code)
    company = rows.company(identity.company) if identity is not None and not identity.removed else None
    if identity is None or company is None or company.state != "active" or identity.user_type not in folder.user_types:
        raise Refused(NOT_FOUND)
    return (folder.code, identity.code), company.code


def input_date_of(folder: FolderRule, identity_code: str, file_name: str, today: date) -> date:
    """The date the name says, or today; 4505 for a name that the folder does not take."""
    if folder.patterns:
        reading = read_name(folder.patterns, file_name)
        said = (reading.input_date if reading else None) or today
        agree(folder.code, folder.patterns, file_name, identity_code, said)
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
