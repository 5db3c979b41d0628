"""Users of a company, and suspending one at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.contract import paths
from backend.contract.messages import Suspend, UserPage, Users
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["users"])


@router.get(paths.USERS)
def page(actor: SignedIn, services: OnServices, company: Annotated[str | None, Query(max_length=20)] = None) -> Users:
    return services.users.page(actor, company)


@router.get(paths.USERS + "/{login_id}")
def one(
    actor: SignedIn,
    services: OnServices,
    login_id: Annotated[str, Path(max_length=40)],
    before: Annotated[int | None, Query(ge=0, lt=1 << 53)] = None,
) -> UserPage:
    return services.users.one(actor, login_id.upper(), before)


@router.post(paths.SUSPENSIONS, status_code=204)
def suspend(actor: SignedIn, services: OnServices, wanted: Suspend) -> None:
    services.access.suspend(actor, wanted.login_id, wanted.reason)
