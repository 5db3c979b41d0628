"""Folders in words: a file name that one takes, and its rule, fact by fact."""

from __future__ import annotations

from backend.contract.messages import Folder
from backend.contract.rules.file_names import write_name
from ecp_tui import wording


def example(folder: Folder) -> str:
    """A file name that the folder takes, for its first identity and the date its form starts with."""
    if not folder.patterns:
        return ""
    if folder.default_input_date is None or not folder.identities:
        return folder.patterns[0]
    return write_name(folder.patterns[0], folder.identities[0].identity_code, folder.default_input_date)


def rule_rows(folder: Folder) -> list[tuple[str, str]]:
    """Each fact of its rule with its name."""
    rows = [("Input date", folder.input_date_meaning), ("Rule", folder.rule)]
    if folder.patterns:
        others = f" · {wording.count(len(folder.patterns))} forms of name" if len(folder.patterns) > 1 else ""
        rows.append(("Name", f"{example(folder)}{others}"))
    if folder.content is not None:
        rows.append(("Columns", ", ".join(column.name for column in folder.content.columns)))
    codes = ", ".join(f"{one.identity_code} {one.name}" for one in folder.identities)
    takes, by = folder.direction == "submission", f"by {', '.join(folder.channels)}"
    rows += [
        ("Identity", codes or "–"),
        ("Takes", f"{wording.size(folder.size_limit)} at most · {by}") if takes else ("Fetched", by),
    ]
    if folder.route == "existing":
        rows.append(("Served by", f"the existing ECP, {folder.batch or 'no batch yet'}"))
    return rows
