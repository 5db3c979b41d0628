"""The two application forms: what is wrong with one by itself, and what a pair of them leaves out (FAQ Q8 to Q12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, SAME_PERSON, TWO_DAS, Refused
from backend.contract.messages import Form, FormAdministrator, Service
from backend.contract.rules.contacts import email_key, phone_digits

TITLES: Final[dict[Service, str]] = {
    "client_connect": "Client Connect Delegated Administrator Rights Application / Maintenance Form",
    "ecp": "ECP User Type and Delegated Administrator Rights Application / Maintenance Form",
}
"""As the FAQ writes them."""
SERVICE_NAMES: Final[dict[Service, str]] = {"client_connect": "Client Connect", "ecp": "ECP"}
FEWEST: Final = 2
"""A maker and a checker (FAQ Q4): of delegated administrators for a service, and of operators."""


def staying(form: Form) -> tuple[FormAdministrator, ...]:
    """Who holds the right once the form is applied."""
    return tuple(one for one in form.administrators if one.action != "remove")


def form_faults(form: Form, user_types: Collection[str] | None = None) -> list[Refused]:
    """All that is wrong with the form by itself; `user_types` are those of the catalogue, where they are known."""
    return [*_doubles(form), *_identity_faults(form, user_types), *_too_few(form)]


def refuse_faulty(form: Form, user_types: Collection[str] | None = None) -> None:
    """Raises the first of `form_faults`."""
    for fault in form_faults(form, user_types):
        raise fault


def warnings(forms: Sequence[Form]) -> list[str]:
    """What is easily forgotten: the other service's form (FAQ Q12), and that both say the same of a person."""
    said = [
        f"Company {form.company}: its delegated administrators change for {SERVICE_NAMES[form.service]} alone. "
        f'File the "{TITLES[_other(form.service)]}" as well if they shall change for both services.'
        for form in forms
        if _changes(form) and not _joins(form) and not _with(forms, form.company, _other(form.service))
    ]
    for form in _of(forms, "client_connect"):
        for twin in _with(forms, form.company, "ecp"):
            known = {one.login_id: one for one in staying(twin)}
            said += [
                f"{one.login_id} has another name, e-mail or telephone on the other form: write both alike."
                for one in staying(form)
                if one.login_id in known and _contact(one) != _contact(known[one.login_id])
            ]
    return said


def _too_few(form: Form) -> list[Refused]:
    left = len(staying(form))
    if left >= FEWEST:
        return []
    service = SERVICE_NAMES[form.service]
    return [Refused(TWO_DAS, what=f"This form leaves {left} for {service}; a maker and a checker are needed.")]


def _doubles(form: Form) -> list[Refused]:
    who = staying(form)
    faults = [
        _wrong(f"{login_id} is on the form twice.") for login_id in _twice(one.login_id for one in form.administrators)
    ]
    faults += [
        _wrong(f"{email} is the e-mail of two administrators; each has one of their own.")
        for email in _twice(email_key(one.email) for one in who)
    ]
    for phone in _twice(phone_digits(one.phone) for one in who):
        pair = " and ".join(one.login_id for one in who if phone_digits(one.phone) == phone)
        faults.append(Refused(SAME_PERSON, what=f"{pair} have the same telephone on the form, +{phone}."))
    return faults


def _identity_faults(form: Form, user_types: Collection[str] | None) -> list[Refused]:
    if form.service != "ecp" and form.identities:
        return [_wrong(f'User types and identity codes belong on the "{TITLES["ecp"]}".')]
    faults = [
        _wrong(f"Identity code {code} is on the form twice.")
        for code in _twice(one.identity_code for one in form.identities)
    ]
    if user_types is not None:
        faults += [
            _wrong(f"{one.user_type} is no user type; there are {', '.join(user_types)}.")
            for one in form.identities
            if one.user_type not in user_types
        ]
    return faults


def _wrong(what: str) -> Refused:
    return Refused(NOT_UNDERSTOOD, what=what)


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _changes(form: Form) -> bool:
    return any(one.action != "keep" for one in form.administrators)


def _joins(form: Form) -> bool:
    """A form on which everything is new is that of a new company, whose administrators get both rights."""
    new = {"appoint", "add"}
    actions = {one.action for one in form.administrators} | {one.action for one in form.identities}
    return form.service == "ecp" and bool(form.identities) and actions <= new


def _other(service: Service) -> Service:
    return "ecp" if service == "client_connect" else "client_connect"


def _of(forms: Sequence[Form], service: Service) -> list[Form]:
    return [form for form in forms if form.service == service]


def _with(forms: Sequence[Form], company: str, service: Service) -> list[Form]:
    return [form for form in _of(forms, service) if form.company == company]


def _contact(one: FormAdministrator) -> tuple[str, str, str]:
    return one.name, email_key(one.email), phone_digits(one.phone)
