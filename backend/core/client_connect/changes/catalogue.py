"""Folders and functions as data: a rule comes in as text, is shown as what it changes, and holds from its commit on."""

from __future__ import annotations

from datetime import datetime

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import ChangeFolder, ChangeFunction, Line, RuleError
from backend.core.calendar import Calendar
from backend.core.catalogue import FolderRule
from backend.core.client_connect.changes.change import Plan
from backend.core.rows import Rows, Unit
from backend.core.rule_lines import folder_lines, function_lines
from backend.core.rule_text import WrongRule, line_of, read_folder, read_function
from backend.core.trials import MOST_PAST, PAST, judged

_REFUSED_NOW = "names of the last 90 days would be refused now"


class ChangeFolderChange:
    """A folder's rule, of one that is there or a new one; its route and batch are its migration's."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def plan(self, rows: Rows, company: str | None, proposal: ChangeFolder, now: datetime) -> Plan:
        if company is not None:
            raise Refused(NOT_FOUND)
        before = rows.catalogue().folders.get(proposal.folder)
        after = _folder(rows, proposal)
        lines = folder_lines(before, after)
        if before is not None and self._refuses_past(rows, before, after, now):
            lines.append(Line(label="Past files", after=_REFUSED_NOW, weighs=True))
        return _plan(proposal.folder, after.title, lines)

    def apply(self, unit: Unit, proposal: ChangeFolder, plan: Plan, now: datetime) -> bool:
        before = unit.catalogue().folders.get(proposal.folder)
        after = _folder(unit, proposal)
        unit.put_folder(after.obliging(before, now))
        return before is not None and _takes(before, after)

    def _refuses_past(self, rows: Rows, before: FolderRule, after: FolderRule, now: datetime) -> bool:
        """Whether a file that the rule before would take again is refused by the one after it."""
        past = rows.past_files(after.code, now - PAST, MOST_PAST)
        calendar = self._calendar.with_(rows.decided())
        return any(
            one.fault is None and judged(after, one, calendar) and not judged(before, one, calendar) for one in past
        )


class ChangeFunctionChange:
    """A function, one that is there or a new one; which folders it opens is said by the folders."""

    def plan(self, rows: Rows, company: str | None, proposal: ChangeFunction, now: datetime) -> Plan:
        if company is not None:
            raise Refused(NOT_FOUND)
        try:
            after = read_function(proposal.function, proposal.rule)
        except WrongRule as wrong:
            raise wrong.refused(proposal.function) from wrong
        lines = function_lines(rows.catalogue().functions.get(proposal.function), after)
        return _plan(proposal.function, after.title, lines)

    def apply(self, unit: Unit, proposal: ChangeFunction, plan: Plan, now: datetime) -> bool:
        before = unit.catalogue().functions.get(proposal.function)
        after = read_function(proposal.function, proposal.rule)
        unit.put_function(after)
        return before is not None and bool(set(before.channels) - set(after.channels))


def _folder(rows: Rows, proposal: ChangeFolder) -> FolderRule:
    try:
        return read_rule(rows, proposal.folder, proposal.rule)
    except WrongRule as wrong:
        raise wrong.refused(proposal.folder) from wrong


def read_rule(rows: Rows, code: str, text: str) -> FolderRule:
    """The rule in the text, if the folder can have it as things stand. Raises `WrongRule`."""
    catalogue = rows.catalogue()
    before, after = catalogue.folders.get(code), read_folder(code, text, catalogue)
    if before is not None and before.direction != after.direction and rows.holds_files(code):
        words = f'{code} holds files: it stays "{before.direction}"; make another folder for the other direction'
        raise WrongRule([RuleError(line=line_of(text, "direction"), field="direction", words=words)])
    return after


def _takes(before: FolderRule, after: FolderRule) -> bool:
    """Whether somebody who got in before may not any more."""
    sets = ("functions", "channels", "user_types")
    return before.direction != after.direction or any(
        set(getattr(before, one)) - set(getattr(after, one)) for one in sets
    )


def _plan(subject: str, title: str, lines: list[Line]) -> Plan:
    if not lines:
        raise Refused(NOT_UNDERSTOOD, what="Nothing would change.")
    return Plan("operator", None, subject, title, tuple(lines))
