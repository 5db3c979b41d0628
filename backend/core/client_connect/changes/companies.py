"""Closing a company: with all its accounts, for ever."""

from __future__ import annotations

from datetime import datetime

from backend.contract.faults import CHANGED_SINCE, NOT_FOUND, Refused
from backend.contract.messages import CloseCompany, Line
from backend.core.client_connect.changes.change import Plan
from backend.core.rows import Rows, Unit


class CloseCompanyChange:
    """Its accounts close, its identity codes stay its own and serve nobody; what was filed stays."""

    def plan(self, rows: Rows, company: str | None, proposal: CloseCompany, now: datetime) -> Plan:
        firm = rows.company(proposal.company)
        if company is not None or firm is None or firm.state == "closed":
            raise Refused(NOT_FOUND)
        lines = [Line(label="Company", before=firm.name, after="closed", weighs=True)]
        lines += [
            Line(label=f"Identity {code}", before=one.name, after="")
            for code, one in rows.identities(firm.code).items()
        ]
        lines += [
            Line(label=f"Account {one.login_id}", before=one.name, after="closed", weighs=True)
            for one in rows.accounts_of(firm.code)
            if one.state != "closed"
        ]
        return Plan("operator", firm.code, firm.code, firm.name, tuple(lines))

    def apply(self, unit: Unit, proposal: CloseCompany, plan: Plan, now: datetime) -> bool:
        if not unit.close_company(proposal.company, now):
            raise Refused(CHANGED_SINCE, what=f"{proposal.company} was closed meanwhile.")
        for account in unit.accounts_of(proposal.company):
            unit.close_account(account.id, now)
        return True
