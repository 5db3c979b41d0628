"""An application form being filled in: one set of answers for one form or for both (FAQ Q12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from backend.contract.faults import NOT_UNDERSTOOD, TWO_DAS, Refused
from backend.contract.messages import (
    CompanyCode,
    Email,
    Form,
    FormAdministrator,
    IdentityCode,
    LoginId,
    Name,
    Phone,
    Service,
)
from backend.contract.rules.forms import FEWEST, SERVICE_NAMES, form_faults
from backend.contract.rules.shown import shown

IdentityAction = Literal["add", "keep", "remove"]
Action = Literal["appoint", "keep", "remove"]
BOTH: Final[tuple[Service, ...]] = ("ecp", "client_connect")
FORM_NAMES: Final[dict[Service, str]] = {"ecp": "ECP form", "client_connect": "Client Connect form"}
_FITS: Final[dict[str, tuple[TypeAdapter[str], str, str]]] = {
    "company": (TypeAdapter(CompanyCode), "The company's code", "2 to 12 letters and digits"),
    "name": (TypeAdapter(Name), "The name", "1 to 80 characters"),
    "identity_code": (TypeAdapter(IdentityCode), "The identity code", "1 to 12 letters and digits"),
    "login_id": (TypeAdapter(LoginId), "The login ID", "4 to 20 letters and digits"),
    "email": (TypeAdapter(Email), "The e-mail address", "such as name@company.example"),
    "phone": (TypeAdapter(Phone), "The telephone", "8 to 15 digits with its country code, such as +852 2123 4567"),
}


def fitting(kind: str, typed: str) -> str:
    """What was typed in a field, as it is kept; refuses with the field's rule."""
    adapter, called, rule = _FITS[kind]
    try:
        return adapter.validate_python(typed)
    except ValidationError:
        said = f"is {rule}. {shown(typed, 40)} is not" if typed.strip() else f"is needed: {rule}"
        raise Refused(NOT_UNDERSTOOD, what=f"{called} {said}.") from None


@dataclass
class IdentityLine:
    """One identity code under one user type."""

    action: IdentityAction = "add"
    identity_code: str = ""
    user_type: str = ""
    name: str = ""


@dataclass
class AdministratorLine:
    """One person; for each service what happens to their right, without an entry where they are not on its form."""

    login_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    actions: dict[Service, Action] = field(default_factory=dict)


@dataclass
class FormDraft:
    """What has been answered so far."""

    services: tuple[Service, ...] = ()
    company: str = ""
    company_name: str = ""
    identities: list[IdentityLine] = field(default_factory=list)
    administrators: list[AdministratorLine] = field(default_factory=list)
    received: tuple[str, str] | None = None
    """Name and SHA-256 of the file it was read from, as long as it says the same."""
    kept: bool = False
    """Whether a file has it as it is."""

    def touched(self) -> None:
        """It says something else now than any file does."""
        self.received, self.kept = None, False

    @property
    def words(self) -> str:
        """What there is of it: ACME · ECP form · 2 identity codes · 2 administrators."""
        forms = "both forms" if len(self.services) > 1 else "".join(FORM_NAMES[service] for service in self.services)
        codes = len(self.identities) if "ecp" in self.services else 0
        parts = [self.company, forms, _many(codes, "identity code"), _many(len(self.administrators), "administrator")]
        return " · ".join(part for part in parts if part) or "nothing filled in yet"

    @property
    def empty(self) -> bool:
        return not (self.company or self.company_name or self.identities or self.administrators)

    def staying(self, service: Service) -> int:
        """How many administrators the service has once the form is applied."""
        return sum(one.actions.get(service, "remove") != "remove" for one in self.administrators)

    def too_few(self) -> Refused | None:
        """3002, before anybody files it."""
        short = [service for service in self.services if self.staying(service) < FEWEST]
        if not short:
            return None
        said = " and ".join(f"{self.staying(service)} for {SERVICE_NAMES[service]}" for service in short)
        return Refused(TWO_DAS, what=f"The form leaves {said}; a maker and a checker are needed.")

    def forms(self) -> tuple[Form, ...]:
        """The forms, one a service; refuses what is missing or does not fit."""
        return tuple(self._form(service) for service in self.services)

    def _form(self, service: Service) -> Form:
        if (refused := self.too_few()) is not None:
            raise refused
        facts: dict[str, Any] = {
            "service": service,
            "company": fitting("company", self.company),
            "company_name": fitting("name", self.company_name),
            "identities": [vars(one) for one in self.identities] if service == "ecp" else [],
            "administrators": list(self._on(service)),
        }
        try:
            form = Form.model_validate(facts)
        except ValidationError as error:
            where = ", ".join(str(part) for part in error.errors()[0]["loc"])
            raise Refused(NOT_UNDERSTOOD, what=f"The form is not complete: {where}.") from None
        for refused in form_faults(form):
            raise refused
        return form

    def _on(self, service: Service) -> Iterator[dict[str, str]]:
        for one in self.administrators:
            if action := one.actions.get(service):
                facts = {"login_id": one.login_id, "name": one.name, "email": one.email, "phone": one.phone}
                yield {"action": action, **facts}


def of_form(form: Form, received: tuple[str, str]) -> FormDraft:
    """The draft that says what a form says."""
    return FormDraft(
        (form.service,),
        form.company,
        form.company_name,
        [IdentityLine(one.action, one.identity_code, one.user_type, one.name) for one in form.identities],
        [_line(one, form.service) for one in form.administrators],
        received,
        kept=True,
    )


def _line(one: FormAdministrator, service: Service) -> AdministratorLine:
    return AdministratorLine(one.login_id, one.name, one.email, one.phone, {service: one.action})


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
