"""Applying a form: a company joins or changes, for one service (FAQ Q8 to Q12)."""

from __future__ import annotations

from datetime import datetime

from backend.contract.faults import NOT_UNDERSTOOD, TWO_DAS, Refused
from backend.contract.messages import ApplyForm, FormAdministrator, Line
from backend.contract.rules.contacts import e164
from backend.contract.rules.form_documents import form_sha256, is_document_of
from backend.contract.rules.forms import SERVICE_NAMES
from backend.core.accounts import Account, Identity
from backend.core.catalogue import Catalogue
from backend.core.client_connect.changes.change import Plan
from backend.core.client_connect.changes.form_reading import FormReading, Holder, read
from backend.core.client_connect.changes.subjects import changed, grant_lines
from backend.core.client_connect.changes.users import quota_reached
from backend.core.client_connect.codes import CodeIssuer
from backend.core.client_connect.ports.people import NewAccount
from backend.core.rows import Rows, Unit


class ApplyFormChange:
    """All of one form, for its own service alone: the other service's form is keyed in and applied apart.

    Hence no line says what the other form changes, such as the number of users: applying one leaves the other as it
    was shown. A person's name, e-mail and telephone are the account's own, whichever form changes them first.
    """

    def __init__(self, codes: CodeIssuer) -> None:
        self._codes = codes

    def plan(self, rows: Rows, company: str | None, proposal: ApplyForm, now: datetime) -> Plan:
        form, reading = proposal.form, read(rows, proposal.form)
        _refuse_full(rows, reading)
        lines = [*_company_lines(reading), *_identity_lines(reading, rows.catalogue()), *_holder_lines(reading)]
        if not lines:
            raise Refused(NOT_UNDERSTOOD, what="Nothing would change.")
        lines += _document_lines(proposal)
        name = reading.company.name if reading.company else form.company_name
        return Plan("operator", form.company, form.company, name, tuple(lines))

    def apply(self, unit: Unit, proposal: ApplyForm, plan: Plan, now: datetime) -> bool:
        form, reading = proposal.form, read(unit, proposal.form)
        if reading.company is None:
            unit.add_company(form.company, form.company_name, len(reading.new))
        elif not unit.move_company(form.company, _name_after(reading), reading.seats):
            raise _unmoved(unit, reading)
        _put_identities(unit, reading, now)
        for one in reading.appointed:
            self._appoint(unit, reading, one, now)
        standing = (*reading.kept, *(one for one in reading.appointed if one.account is not None))
        moved = [self._change(unit, one.wish, one.known, now) for one in standing]
        for one in reading.removed:
            _remove(unit, reading, one.known, now)
        return bool(reading.removed or reading.losing or any(moved))

    def _appoint(self, unit: Unit, reading: FormReading, one: Holder, now: datetime) -> None:
        form, wish = reading.form, one.wish
        if one.account is not None:
            unit.set_services(one.account.id, (*one.account.services, form.service))
            return
        account_id = unit.add_account(
            NewAccount(wish.login_id, "da", form.company, wish.name, wish.email, "personal", e164(wish.phone))
        )
        unit.set_services(account_id, reading.services)
        account = unit.account_by_id(account_id)
        if account is not None:
            self._codes.issue(unit, account, "invitation", now)

    def _change(self, unit: Unit, wish: FormAdministrator, account: Account, now: datetime) -> bool:
        """Another e-mail ends sessions and codes, for recovery goes there from now on; true where it did."""
        unit.change_account(
            account.id, name=wish.name, email=wish.email, email_kind=account.email_kind, phone=e164(wish.phone)
        )
        if account.email == wish.email:
            return False
        unit.end_sessions(account.id)
        unit.end_codes(account.id, now)
        changed_one = unit.account_by_id(account.id)
        if changed_one is not None and changed_one.state == "invited":
            self._codes.issue(unit, changed_one, "invitation", now)
        return True


def _put_identities(unit: Unit, reading: FormReading, now: datetime) -> None:
    for code, identity in reading.identities_after.items():
        if reading.identities.get(code) != identity:
            unit.put_identity(identity, now)
    for account, grants in reading.losing:
        unit.set_grants(account.id, grants, account.sftp_folders)
    for code in reading.identities.keys() - reading.identities_after.keys():
        unit.remove_identity(code, now)


def _remove(unit: Unit, reading: FormReading, account: Account, now: datetime) -> None:
    """The right goes. Left with neither right nor function the account closes; with functions it is a business one."""
    if account in reading.closing:
        unit.close_account(account.id, now)
        return
    left = tuple(service for service in account.services if service != reading.form.service)
    unit.set_services(account.id, left)
    if not left:
        unit.set_kind(account.id, "business")


def _unmoved(rows: Rows, reading: FormReading) -> Refused:
    """What the company's own row would not keep."""
    if reading.seats.used > 0:
        return quota_reached(rows, reading.form.company)
    service = SERVICE_NAMES[reading.form.service]
    return Refused(TWO_DAS, what=f"Fewer than two administrators for {service} would be left.")


def _refuse_full(rows: Rows, reading: FormReading) -> None:
    company, more = reading.company, reading.seats.used
    if company is not None and more > 0 and company.used + more > company.quota:
        raise quota_reached(rows, company.code)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _company_lines(reading: FormReading) -> list[Line]:
    form = reading.form
    if reading.company is None:
        return [Line(label="Company", after=f"{form.company} joins: {form.company_name}", weighs=True)]
    return changed("Company's name", reading.company.name, _name_after(reading), weighs=True)


def _name_after(reading: FormReading) -> str:
    """The ECP form alone names a company."""
    named = reading.company is None or reading.form.service == "ecp"
    return reading.form.company_name if named or reading.company is None else reading.company.name


def _identity_lines(reading: FormReading, catalogue: Catalogue) -> list[Line]:
    def told(identity: Identity | None) -> str:
        return "" if identity is None else f"{catalogue.user_types[identity.user_type]}: {identity.name}"

    before, after = reading.identities, reading.identities_after
    lines: list[Line] = []
    for code in sorted(before | after):
        weighs = code not in before or code not in after
        lines += changed(f"Identity {code}", told(before.get(code)), told(after.get(code)), weighs=weighs)
    had, has = ({one.user_type for one in these.values()} for these in (before, after))
    for user_type in sorted(had ^ has):
        held = ("held", "") if user_type in had else ("", "held")
        title = catalogue.user_types[user_type]
        lines.append(Line(label=f"User type {title}", before=held[0], after=held[1], weighs=True))
    for account, grants in reading.losing:
        lines += [
            Line(label=f"{account.login_id}, {one.label}", before=one.before, after=one.after, weighs=True)
            for one in grant_lines(account.grants, grants)
        ]
    return lines


def _holder_lines(reading: FormReading) -> list[Line]:
    stays = [one.wish.login_id for one in reading.kept]
    before = sorted(one.wish.login_id for one in reading.removed)
    after = sorted(one.wish.login_id for one in reading.appointed)
    lines: list[Line] = []
    for service in reading.services:
        lines += changed(f"{SERVICE_NAMES[service]} DAs", ", ".join(before), ", ".join(after))
    if lines and stays:
        lines += [Line(label="DAs who stay", before=", ".join(sorted(stays)), after=", ".join(sorted(stays)))]
    for one in reading.appointed:
        contact = " · ".join((one.wish.name, one.wish.email, e164(one.wish.phone)))
        lines.append(Line(label=one.wish.login_id, after=f"appointed: {contact}", weighs=True))
    for one in (*reading.kept, *reading.appointed):
        lines += _contact_lines(one.wish, one.account) if one.account is not None else []
    lines += [
        Line(
            label=one.wish.login_id,
            before=f"administrator: {one.known.name}",
            after="removed; closes if no other right and no function is left",
            weighs=True,
        )
        for one in reading.removed
    ]
    return lines


def _contact_lines(wish: FormAdministrator, account: Account) -> list[Line]:
    who = wish.login_id
    return [
        *changed(f"{who}, name", account.name, wish.name),
        *changed(f"{who}, e-mail", account.email, wish.email, weighs=True),
        *changed(f"{who}, telephone", account.phone, e164(wish.phone), weighs=True),
    ]


def _document_lines(proposal: ApplyForm) -> list[Line]:
    if proposal.sha256 is None:
        return []
    if is_document_of(proposal.form, proposal.sha256):
        return [Line(label="SHA-256 of the form sent in", after=proposal.sha256)]
    keyed_in = form_sha256(proposal.form)
    return [Line(label="Keyed in other than sent in", before=proposal.sha256, after=keyed_in, weighs=True)]
