"""Unlocking, inviting again, resetting a One-Time-Password and lifting a suspension."""

from __future__ import annotations

from datetime import UTC, datetime

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import LiftSuspension, Line, Reinvite, ResetOtp, Side, UnlockUser
from backend.core.accounts import Account
from backend.core.client_connect.changes.change import Plan
from backend.core.client_connect.changes.subjects import account_of, plan_for, side_of, subject_of
from backend.core.client_connect.codes import CodeIssuer
from backend.core.rows import Rows, Unit


class UnlockUserChange:
    """Touches the lock of password sign-in alone, never a suspension."""

    def plan(self, rows: Rows, company: str | None, proposal: UnlockUser, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        side = side_of(company, subject, staff_acts=True)
        since = rows.locked_since(subject.id)
        if since is None:
            raise Refused(NOT_UNDERSTOOD, what=f"{subject.login_id} is not locked.")
        return plan_for(subject, side, [Line(label="Password sign-in", before=f"locked{_since(since)}", after="open")])

    def apply(self, unit: Unit, proposal: UnlockUser, plan: Plan, now: datetime) -> bool:
        unit.unlock(account_of(unit, plan).id)
        return False


class ResetOtpChange:
    """The authenticator is gone: sessions end, and a mail leads its owner through enrolling a new one."""

    def __init__(self, codes: CodeIssuer) -> None:
        self._codes = codes

    def plan(self, rows: Rows, company: str | None, proposal: ResetOtp, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        side = side_of(company, subject, staff_acts=True)
        _refuse_unless(subject, "active")
        enrolled = f"enrolled{_since(rows.authenticator(subject.id).since)}"
        lines = [
            Line(label="One-Time-Password", before=enrolled, after="to be enrolled anew", weighs=True),
            Line(label="By mail to", after=subject.email),
        ]
        return plan_for(subject, side, lines)

    def apply(self, unit: Unit, proposal: ResetOtp, plan: Plan, now: datetime) -> bool:
        subject = account_of(unit, plan)
        unit.forget_otp(subject.id)
        unit.end_sessions(subject.id)
        self._codes.issue(unit, subject, "enrolment", now)
        return True


class ReinviteChange:
    """A new invitation: for who has not begun, or must again, without authenticator and with the password forgotten."""

    def __init__(self, codes: CodeIssuer) -> None:
        self._codes = codes

    def plan(self, rows: Rows, company: str | None, proposal: Reinvite, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        side = side_of(company, subject, staff_acts=True)
        begins_anew = subject.state == "active" and not subject.sealed_seed
        if not begins_anew:
            _refuse_unless(subject, "invited")
        last = rows.last_code(subject.id, ("invitation", "enrolment"))
        lines = [Line(label="Invitation to", before=f"mailed{_since(last)}" if last else "", after=subject.email)]
        if begins_anew:
            lines.append(Line(label="Password", before="stands", after="to be chosen anew", weighs=True))
        return plan_for(subject, side, lines)

    def apply(self, unit: Unit, proposal: Reinvite, plan: Plan, now: datetime) -> bool:
        subject = account_of(unit, plan)
        unit.end_codes(subject.id, now)
        begins_anew = unit.move_account(subject.id, "active", "invited")
        self._codes.issue(unit, subject, "invitation", now)
        return begins_anew


class LiftSuspensionChange:
    """By a pair of the side that set it, or by operators; a delegated administrator's always by operators."""

    def plan(self, rows: Rows, company: str | None, proposal: LiftSuspension, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        _refuse_unless(subject, "suspended")
        staff = company is None or subject.kind != "business" or subject.suspended_by == "operator"
        side: Side = "operator" if staff else "company"
        by = "the operator" if subject.suspended_by == "operator" else "the company"
        before = f"suspended by {by}{_since(subject.suspended)}"
        line = Line(label="Account", before=before, after="active", weighs=True)
        return plan_for(subject, side, [line])

    def apply(self, unit: Unit, proposal: LiftSuspension, plan: Plan, now: datetime) -> bool:
        unit.lift_suspension(account_of(unit, plan).id)
        return False


def _since(instant: datetime | None) -> str:
    """So that a request fits this lock, suspension or mail, and none that comes after it."""
    return f" since {instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if instant is not None else ""


def _refuse_unless(subject: Account, state: str) -> None:
    if subject.state != state:
        raise Refused(NOT_UNDERSTOOD, what=f"{subject.login_id} is {subject.state}, not {state}.")
