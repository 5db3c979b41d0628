"""Creating, changing and closing accounts, and what they are granted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from backend.contract.faults import NOT_ALLOWED, NOT_UNDERSTOOD, QUOTA_REACHED, Refused
from backend.contract.messages import ChangeUser, CloseUser, CreateUser, EmailKind, GrantFunctions, Line, Side
from backend.contract.rules.contacts import e164
from backend.contract.rules.forms import FEWEST
from backend.contract.rules.shown import shown
from backend.core.accounts import Account
from backend.core.client_connect.changes.change import Plan
from backend.core.client_connect.changes.subjects import (
    account_of,
    changed,
    grant_lines,
    granted,
    plan_for,
    refuse_shared_phone,
    refuse_taken_email,
    refuse_taken_login_id,
    side_of,
    subject_of,
)
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.ports.people import NewAccount
from backend.core.gate import SFTP_FUNCTION
from backend.core.rows import Rows, Unit

_ALL_FOLDERS: Final = "all folders"


class CreateUserChange:
    """A new account, invited by mail; its seat is taken when it is approved."""

    def __init__(self, codes: CodeIssuer) -> None:
        self._codes = codes

    def plan(self, rows: Rows, company: str | None, proposal: CreateUser, now: datetime) -> Plan:
        staff = proposal.account_kind in ("operator", "auditor")
        if proposal.account_kind == "da" or staff != (company is None):
            raise Refused(
                NOT_ALLOWED,
                what="Delegated administrators are appointed by form, operators by operators.",
            )
        refuse_taken_login_id(rows, proposal.login_id)
        refuse_taken_email(rows, proposal.email)
        if staff:
            refuse_shared_phone(rows, None, proposal.phone)
        if staff and (proposal.grants or proposal.email_kind == "group"):
            raise Refused(NOT_UNDERSTOOD, what="The operator's staff hold no functions, and have a personal e-mail.")
        grants = granted(rows, company, proposal.grants) if company is not None else ()
        side: Side = "company" if company is not None else "operator"
        lines = [
            Line(label="Name", after=proposal.name),
            Line(label="E-mail", after=_email(proposal.email, proposal.email_kind)),
            Line(label="Telephone", after=e164(proposal.phone)),
            *grant_lines((), grants),
        ]
        return Plan(side, company, proposal.login_id, proposal.name, tuple(lines))

    def apply(self, unit: Unit, proposal: CreateUser, plan: Plan, now: datetime) -> bool:
        if plan.company is not None and not unit.take_seat(plan.company):
            raise quota_reached(unit, plan.company)
        new = NewAccount(
            proposal.login_id,
            proposal.account_kind,
            plan.company,
            proposal.name,
            proposal.email,
            proposal.email_kind,
            e164(proposal.phone),
        )
        account_id = unit.add_account(new)
        if plan.company is not None:
            unit.set_grants(account_id, granted(unit, plan.company, proposal.grants), None)
        account = unit.account_by_id(account_id)
        if account is not None:
            self._codes.issue(unit, account, "invitation", now)
        return False


class ChangeUserChange:
    """Name, e-mail and telephone. Another e-mail ends sessions and codes: recovery goes there from now on.

    Whoever was invited is invited again, at the address that is right.
    """

    def __init__(self, codes: CodeIssuer) -> None:
        self._codes = codes

    def plan(self, rows: Rows, company: str | None, proposal: ChangeUser, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        _refuse_by_form(subject)
        side = side_of(company, subject, staff_acts=True)
        refuse_taken_email(rows, proposal.email, but=subject)
        if subject.company is None:
            refuse_shared_phone(rows, None, proposal.phone, but=subject.login_id)
        lines = [
            *changed("Name", subject.name, proposal.name),
            *changed(
                "E-mail",
                _email(subject.email, subject.email_kind),
                _email(proposal.email, proposal.email_kind),
                weighs=True,
            ),
            *changed("Telephone", subject.phone, e164(proposal.phone), weighs=True),
        ]
        return plan_for(subject, side, _some(lines))

    def apply(self, unit: Unit, proposal: ChangeUser, plan: Plan, now: datetime) -> bool:
        subject = account_of(unit, plan)
        unit.change_account(
            subject.id,
            name=proposal.name,
            email=proposal.email,
            email_kind=proposal.email_kind,
            phone=e164(proposal.phone),
        )
        if subject.email == proposal.email:
            return False
        unit.end_sessions(subject.id)
        unit.end_codes(subject.id, now)
        if subject.state == "invited":
            self._codes.issue(unit, account_of(unit, plan), "invitation", now)
        return True


class GrantFunctionsChange:
    """All functions an account holds, for which identity codes, and how far SFTP reaches."""

    def plan(self, rows: Rows, company: str | None, proposal: GrantFunctions, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        if subject.company is None:
            raise Refused(NOT_ALLOWED, what="The operator's staff hold no functions.")
        side = side_of(company, subject, staff_acts=False)
        if side == "operator" or company is None:
            raise Refused(NOT_ALLOWED, what="Functions are granted by the company's delegated administrators.")
        grants = granted(rows, company, proposal.grants)
        narrowed = self._narrowed(rows, proposal)
        lines = [
            *grant_lines(subject.grants, grants),
            *changed(f"{SFTP_FUNCTION} reaches", _folders(subject.sftp_folders), _folders(narrowed)),
        ]
        return plan_for(subject, side, _some(lines))

    def apply(self, unit: Unit, proposal: GrantFunctions, plan: Plan, now: datetime) -> bool:
        subject = account_of(unit, plan)
        unit.set_grants(subject.id, granted(unit, plan.company or "", proposal.grants), self._narrowed(unit, proposal))
        return True

    def _narrowed(self, rows: Rows, proposal: GrantFunctions) -> tuple[str, ...] | None:
        if proposal.sftp_folders is None:
            return None
        by_sftp = {code for code, folder in rows.catalogue().folders.items() if "sftp" in folder.channels}
        if unknown := sorted(set(proposal.sftp_folders) - by_sftp):
            raise Refused(NOT_UNDERSTOOD, what=f"SFTP reaches no folder {shown(unknown[0], 40)}.")
        return tuple(sorted(set(proposal.sftp_folders)))


class CloseUserChange:
    """For ever: the seat is free again, keys are revoked, sessions ended."""

    def plan(self, rows: Rows, company: str | None, proposal: CloseUser, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        _refuse_by_form(subject)
        side = side_of(company, subject, staff_acts=True)
        if subject.kind == "operator":
            remaining = [one for one in rows.accounts_of(None) if one.kind == "operator" and one.state == "active"]
            if len([one for one in remaining if one.id != subject.id]) < FEWEST:
                raise Refused(NOT_ALLOWED, what="Two active operators at least must remain, as maker and checker.")
        lines = [
            Line(label="Account", before=subject.state, after="closed", weighs=True),
            *grant_lines(subject.grants, ()),
        ]
        return plan_for(subject, side, lines)

    def apply(self, unit: Unit, proposal: CloseUser, plan: Plan, now: datetime) -> bool:
        close(unit, account_of(unit, plan), now)
        return True


def close(unit: Unit, subject: Account, now: datetime) -> None:
    """Closes the account and frees its seat."""
    unit.close_account(subject.id, now)
    if subject.company is not None:
        unit.free_seat(subject.company)


def quota_reached(rows: Rows, company: str) -> Refused:
    """3001 with the numbers."""
    firm = rows.company(company)
    used, quota = (firm.used, firm.quota) if firm else ("?", "?")
    return Refused(QUOTA_REACHED, company=firm.name if firm else company, used=used, quota=quota)


def _refuse_by_form(subject: Account) -> None:
    if subject.kind == "da":
        raise Refused(
            NOT_ALLOWED, what="Delegated administrators are appointed, changed and removed by form, at the operator's."
        )


def _some(lines: list[Line]) -> list[Line]:
    if not lines:
        raise Refused(NOT_UNDERSTOOD, what="Nothing would change.")
    return lines


def _email(email: str, kind: EmailKind) -> str:
    return f"{email} ({kind})"


def _folders(codes: tuple[str, ...] | None) -> str:
    return _ALL_FOLDERS if codes is None else ", ".join(codes) or "no folder"
