"""What was received, in accessible mode: an activity in one line, and all of it with its SHA-256."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from backend.contract.messages import Activity, Receipt
from ecp_tui import wording
from ecp_tui.evidence import NAMES, Held
from ecp_tui.plain.visit import Visit


def activity_line(visit: Visit, one: Activity) -> str:
    """Its state first, for that is what is looked for."""
    name = one.file_name or one.folder_title or one.act
    parts = [
        f"{wording.state_word(one)}, {name}",
        one.folder or "",
        one.identity_code and f"identity {one.identity_code}",
    ]
    parts.append(visit.when(one.at))
    parts.append(f"SHA-256 begins {wording.hash_short(one.sha256)}" if one.sha256 else one.fault_title or "")
    return ", ".join(part for part in parts if part) + "."


def activity_lines(visit: Visit, receipt: Receipt) -> Iterator[str]:
    """Everything, a fact a line."""
    one = receipt.activity
    again = ", the same bytes were accepted before: this is their receipt" if receipt.replayed else ""
    version = f", version {one.version}" if one.version else ""
    yield f"{wording.state_word(one)}: {one.file_name or one.act}{version}{again}."
    if one.folder:
        yield f"Folder: {one.folder} {one.folder_title or ''}".rstrip()
    if one.identity_code:
        yield f"Identity: {one.identity_code}"
    if one.input_date:
        yield f"Input date: {wording.day(one.input_date)}"
    yield f"At: {visit.when(one.at, seconds=True)}, by {one.login_id or 'nobody'}, {one.channel}"
    if one.supersedes is not None:
        yield f"Replaces: log index {wording.count(one.supersedes)}"
    if one.superseded_by is not None:
        yield f"Superseded by: log index {wording.count(one.superseded_by)}"
    if one.size is not None:
        yield f"Size: {wording.size_exact(one.size)}"
    if one.sha256:
        yield f"SHA-256: {spoken_hash(one.sha256)}"
    if one.fault is not None:
        yield f"{one.fault} {one.fault_title or ''}: {one.fault_what or ''} {one.fault_remedy or ''}".rstrip()
        yield from (f"{number}. {finding}" for number, finding in enumerate(one.fault_findings, 1))
    yield from _found(one)
    yield f"Log index: {wording.count(one.log_index)}, leaf hash {receipt.leaf_hash}"


def _found(one: Activity) -> Iterator[str]:
    """What is not as its folder expects, and what was said of it."""
    yield from (f"Finding: {finding.words}" for finding in one.findings)
    if one.explanation or one.findings:
        yield f"Explained: {one.explanation or 'not yet.'}"


def vouched_line(held: Held) -> str:
    """Whether it is signed and in the log, as verified here."""
    return f"Receipt: {held.summary[1]}."


def check_lines(held: Held) -> Iterator[str]:
    """Each thing that was looked at, and what fixes it."""
    for check in held.verdict.checks:
        yield f"{NAMES[check.name]}, {_STATES[check.state]}: {check.words} {check.remedy}".rstrip()


_STATES: Final = {"ok": "good", "wrong": "wrong", "missing": "missing"}


def spoken_hash(sha256: str) -> str:
    """In groups of 16."""
    return " ".join(wording.hash_groups(sha256))
