"""A form read beside what stands: who comes, stays and goes, and which grants go with an identity code."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contract.faults import NOT_UNDERSTOOD, SAME_PERSON, Refused
from backend.contract.messages import Form, FormAdministrator, FormIdentity, Service
from backend.contract.rules.contacts import same_phone
from backend.contract.rules.forms import SERVICE_NAMES, TITLES, refuse_faulty, staying
from backend.core.accounts import Account, Company, Grant, Identity
from backend.core.client_connect.changes.subjects import refuse_taken_email, refuse_taken_login_id
from backend.core.client_connect.ports.forms import Seats
from backend.core.rows import Rows


@dataclass(frozen=True, slots=True)
class Holder:
    """One administrator of the form, and the account that stands behind the login ID already."""

    wish: FormAdministrator
    account: Account | None

    @property
    def known(self) -> Account:
        if self.account is None:
            raise LookupError(self.wish.login_id)
        return self.account


@dataclass(frozen=True, slots=True)
class FormReading:
    """What a form comes to as of now."""

    form: Form
    company: Company | None
    """`None`: it joins by this form."""
    appointed: tuple[Holder, ...]
    kept: tuple[Holder, ...]
    removed: tuple[Holder, ...]
    identities: dict[str, Identity]
    """The company's as they stand."""
    losing: tuple[tuple[Account, tuple[Grant, ...]], ...]
    """Accounts that lose grants with an identity code, and what they keep."""

    @property
    def services(self) -> tuple[Service, ...]:
        """What an appointment is for: both where the company joins."""
        return tuple(SERVICE_NAMES) if self.company is None else (self.form.service,)

    @property
    def new(self) -> tuple[Holder, ...]:
        return tuple(one for one in self.appointed if one.account is None)

    @property
    def closing(self) -> tuple[Account, ...]:
        """Those left with neither right nor function."""
        kept = {account.id: grants for account, grants in self.losing}
        return tuple(
            one.known
            for one in self.removed
            if one.known.services == (self.form.service,) and not kept.get(one.known.id, one.known.grants)
        )

    @property
    def seats(self) -> Seats:
        rights = len(self.appointed) - len(self.removed)
        return Seats(len(self.new) - len(self.closing), self.form.service, rights)

    @property
    def identities_after(self) -> dict[str, Identity]:
        code = self.form.company
        wished = {
            one.identity_code: Identity(one.identity_code, code, one.user_type, one.name)
            for one in self.form.identities
            if one.action != "remove"
        }
        gone = {one.identity_code for one in self.form.identities if one.action == "remove"}
        return {code: one for code, one in (self.identities | wished).items() if code not in gone}


def read(rows: Rows, form: Form) -> FormReading:
    """Raises `Refused` where the form cannot be applied: in itself, or beside what stands now."""
    refuse_faulty(form, rows.catalogue().user_types)
    company = rows.company(form.company)
    if company is None:
        _refuse_as_first(rows, form)
    elif company.state == "closed":
        raise _wrong(f"{form.company} is the code of a company that was closed: it takes another one to join again.")
    accounts = {one.login_id: one for one in rows.accounts_of(form.company) if one.state != "closed"}
    holders = [Holder(who, _account(rows, form, who, accounts)) for who in form.administrators]
    _refuse_left_out(form, accounts)
    _refuse_contacts(rows, form, accounts)
    identities = rows.identities(form.company)
    for wish in form.identities:
        _refuse_identity(rows, form, wish)
    gone = {one.identity_code for one in form.identities if one.action == "remove"}
    after = ((account, _without(account.grants, gone)) for account in accounts.values())
    return FormReading(
        form=form,
        company=company,
        appointed=_doing(holders, "appoint"),
        kept=_doing(holders, "keep"),
        removed=_doing(holders, "remove"),
        identities=identities,
        losing=tuple((account, grants) for account, grants in after if grants != account.grants),
    )


def _refuse_as_first(rows: Rows, form: Form) -> None:
    """A company joins by the ECP form, on which everybody and everything is new (FAQ Q8)."""
    if form.service != "ecp":
        raise _wrong(f'There is no company {form.company} yet. It joins by the "{TITLES["ecp"]}".')
    if rows.account(form.company) is not None:
        raise _wrong(f"The code {form.company} is taken: choose another.")
    if not form.identities:
        raise _wrong(f"{form.company} would join without an identity code: name one at least, with its user type.")
    known = [one.login_id for one in form.administrators if one.action != "appoint"]
    known += [one.identity_code for one in form.identities if one.action != "add"]
    if known:
        raise _wrong(f"There is no company {form.company} yet, so nothing of it is kept or removed: {known[0]}.")


def _account(rows: Rows, form: Form, who: FormAdministrator, accounts: dict[str, Account]) -> Account | None:
    """The account a login ID stands for; refused where it is not what the form says of it."""
    account, service = accounts.get(who.login_id), SERVICE_NAMES[form.service]
    holds = account is not None and form.service in account.services
    if who.action != "appoint":
        if not holds:
            raise _wrong(f"{who.login_id} is no delegated administrator of {form.company} for {service}.")
        return account
    if holds:
        raise _wrong(f"{who.login_id} is a delegated administrator for {service} already: write keep or remove.")
    if account is None:
        refuse_taken_login_id(rows, who.login_id)
    if account is not None and not account.services:
        raise _wrong(f"{who.login_id} is a business user: a delegated administrator is appointed with an own login ID.")
    return account


def _refuse_left_out(form: Form, accounts: dict[str, Account]) -> None:
    named = {one.login_id for one in form.administrators}
    holding = (one.login_id for one in accounts.values() if form.service in one.services)
    if left_out := [login_id for login_id in holding if login_id not in named]:
        service = SERVICE_NAMES[form.service]
        raise _wrong(f"{left_out[0]} is a delegated administrator for {service} too: write keep or remove.")


def _refuse_contacts(rows: Rows, form: Form, accounts: dict[str, Account]) -> None:
    """An e-mail serves one account of all; a telephone one administrator of the company."""
    who = staying(form)
    on_form = {one.login_id for one in who}
    going = {one.login_id for one in form.administrators} - on_form
    others = [
        one
        for one in accounts.values()
        if one.login_id not in on_form and set(one.services) - ({form.service} if one.login_id in going else set())
    ]
    for one in who:
        refuse_taken_email(rows, one.email, but=accounts.get(one.login_id))
        for other in others:
            if same_phone(one.phone, other.phone):
                raise Refused(SAME_PERSON, what=f"{other.login_id} has the telephone number of {one.login_id}.")


def _refuse_identity(rows: Rows, form: Form, wish: FormIdentity) -> None:
    """A code belongs to one company for ever, also when it was removed."""
    code, found = wish.identity_code, rows.identity(wish.identity_code)
    if found is not None and found.company != form.company:
        raise _wrong(f"Identity code {code} belongs to another company, and does so for ever.")
    held = found if found is not None and not found.removed else None
    if wish.action == "add":
        if held is not None:
            raise _wrong(f"{form.company} has identity code {code} already: write keep or remove.")
    elif held is None:
        raise _wrong(f"{form.company} has no identity code {code}.")
    elif held.user_type != wish.user_type:
        raise _wrong(f"Identity code {code} is registered as {held.user_type}; another user type takes another code.")


def _without(grants: tuple[Grant, ...], gone: set[str]) -> tuple[Grant, ...]:
    left = (Grant(one.function, tuple(code for code in one.identity_codes if code not in gone)) for one in grants)
    return tuple(grant for grant in left if grant.identity_codes)


def _doing(holders: list[Holder], action: str) -> tuple[Holder, ...]:
    return tuple(one for one in holders if one.wish.action == action)


def _wrong(what: str) -> Refused:
    return Refused(NOT_UNDERSTOOD, what=what)
