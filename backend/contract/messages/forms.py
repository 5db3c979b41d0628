"""The two application forms of the FAQ (Q8 to Q12), filled in without an account."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from backend.contract.messages.base import Ask, CompanyCode, Email, IdentityCode, LoginId, Message, Name, Phone, Service


class FormIdentity(Ask):
    """One identity code under one user type; the ECP form alone has them."""

    action: Literal["add", "keep", "remove"]
    identity_code: IdentityCode
    user_type: Annotated[str, StringConstraints(to_upper=True, max_length=20)]
    name: Name


class FormAdministrator(Ask):
    """One delegated administrator of one service."""

    action: Literal["appoint", "keep", "remove"]
    login_id: LoginId
    name: Name
    email: Email
    phone: Phone


class Form(Ask):
    """One form, for one service. All delegated administrators of the service are on it, whoever stays as well."""

    service: Service
    company: CompanyCode
    company_name: Name
    identities: Annotated[tuple[FormIdentity, ...], Field(max_length=50)] = ()
    administrators: Annotated[tuple[FormAdministrator, ...], Field(min_length=1, max_length=20)]


class SupportTeam(Message):
    """Where the form of one service goes."""

    service: Service
    name: str
    email: str
