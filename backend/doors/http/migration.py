"""The migration: which folder is served where, and when the next ones move."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Migration
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["migration"])


@router.get(paths.MIGRATION)
def migration(actor: SignedIn, services: OnServices) -> Migration:
    return services.migration.page(actor)
