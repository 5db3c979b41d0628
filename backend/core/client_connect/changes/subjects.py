"""Whom a change request may be about, and lines of before and after that several kinds share."""

from __future__ import annotations

from collections.abc import Iterable

from backend.contract.faults import EMAIL_REGISTERED, NOT_ALLOWED, NOT_FOUND, NOT_UNDERSTOOD, SAME_PERSON, Refused
from backend.contract.messages import GrantWish, Line, Side
from backend.contract.rules.contacts import email_key, same_phone
from backend.contract.rules.shown import shown
from backend.core.accounts import Account, Grant
from backend.core.catalogue import Catalogue
from backend.core.client_connect.changes.change import Plan
from backend.core.client_connect.login_ids import reserved
from backend.core.rows import Rows, Unit

_STAFF = ("operator", "auditor")


def subject_of(rows: Rows, company: str | None, login_id: str) -> Account:
    """The account that a maker of `company` (`None`: the operator's staff) names.

    2001 where it is not there or another company's, in the same words. A business user's own administrators act for
    it, so that the operator gets 2002.
    """
    account = rows.account(login_id)
    if account is None or account.state == "closed" or (company is not None and account.company != company):
        raise Refused(NOT_FOUND)
    return account


def account_of(unit: Unit, plan: Plan) -> Account:
    """The account that a plan of this very unit is about."""
    account = unit.account(plan.subject)
    if account is None:
        raise Refused(NOT_FOUND)
    return account


def side_of(company: str | None, subject: Account, *, staff_acts: bool) -> Side:
    """Who checks. `staff_acts`: for a delegated administrator the operator's staff does this, not the company."""
    if subject.company is None or (staff_acts and subject.kind == "da"):
        return "operator"
    if company is None:
        raise Refused(
            NOT_ALLOWED, what=f"{subject.login_id} is administered by the delegated administrators of its company."
        )
    return "company"


def plan_for(subject: Account, side: Side, lines: Iterable[Line]) -> Plan:
    return Plan(side, subject.company, subject.login_id, subject.name, tuple(lines))


def refuse_taken_login_id(rows: Rows, login_id: str) -> None:
    """9002 for one that somebody has or had, that means something else, or that would be taken for a company."""
    if reserved(login_id) or rows.account(login_id) is not None or rows.company(login_id) is not None:
        raise Refused(NOT_UNDERSTOOD, what=f"The login ID {login_id} is taken: choose another.")


def refuse_taken_email(rows: Rows, email: str, but: Account | None = None) -> None:
    """3005: whoever holds it, of whatever company, in whatever case (FAQ Q13)."""
    holder = rows.email_holder(email_key(email))
    if holder is not None and (but is None or holder.id != but.id):
        raise Refused(EMAIL_REGISTERED, email=shown(email, 80))


def refuse_shared_phone(rows: Rows, company: str | None, phone: str, but: str = "") -> None:
    """3006: two who make and check for one another are two people, with a telephone each."""
    for other in rows.accounts_of(company):
        checks = other.services or other.kind in _STAFF
        if checks and other.state != "closed" and other.login_id != but and same_phone(other.phone, phone):
            raise Refused(SAME_PERSON, what=f"{other.login_id} has this telephone number already.")


def granted(rows: Rows, company: str, wishes: Iterable[GrantWish]) -> tuple[Grant, ...]:
    """The wishes as grants: known functions, each once, for identity codes of the company that they are of use to."""
    catalogue, identities = rows.catalogue(), rows.identities(company)
    grants: dict[str, Grant] = {}
    for wish in wishes:
        useful = identity_codes_for(catalogue, wish.function, {c: one.user_type for c, one in identities.items()})
        if wish.function in grants or wish.function not in catalogue.functions:
            raise Refused(NOT_UNDERSTOOD, what=f"{shown(wish.function, 40)} is no function, or stands here twice.")
        for code in wish.identity_codes:
            if code not in useful:
                words = f"{wish.function} cannot be granted for {shown(code, 20)} in this company."
                raise Refused(NOT_UNDERSTOOD, what=words)
        grants[wish.function] = Grant(wish.function, tuple(sorted(set(wish.identity_codes))))
    return tuple(grants[function] for function in sorted(grants))


def identity_codes_for(catalogue: Catalogue, function: str, user_types: dict[str, str]) -> tuple[str, ...]:
    """Of a company's identity codes those whose user type the function opens a folder to."""
    known = catalogue.functions.get(function)
    if known is None:
        return ()
    opened = {
        user_type
        for folder in catalogue.folders.values()
        for user_type in folder.user_types
        if any(catalogue.opens(function, folder, channel) for channel in known.channels)
    }
    return tuple(code for code, user_type in user_types.items() if user_type in opened)


def grant_lines(before: tuple[Grant, ...], after: tuple[Grant, ...]) -> list[Line]:
    """A line a function that comes, goes, or is for other identity codes."""
    had = {grant.function: ", ".join(grant.identity_codes) for grant in before}
    has = {grant.function: ", ".join(grant.identity_codes) for grant in after}
    return [
        Line(label=function, before=had.get(function, ""), after=has.get(function, ""), weighs=function not in had)
        for function in sorted(had | has)
        if had.get(function) != has.get(function)
    ]


def changed(label: str, before: str, after: str, *, weighs: bool = False) -> list[Line]:
    return [] if before == after else [Line(label=label, before=before, after=after, weighs=weighs)]
