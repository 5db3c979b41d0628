"""Companies, and the forms they send in."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Company, Form, Line
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["companies"])


@router.get(paths.COMPANIES)
def companies(actor: SignedIn, services: OnServices) -> list[Company]:
    return services.companies.listed(actor)


@router.post(paths.FORM_CHECKS)
def check_form(form: Form, actor: SignedIn, services: OnServices) -> list[Line]:
    return services.companies.check_form(actor, form)
