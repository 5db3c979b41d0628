"""Home and folders."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Folder, Home
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["home"])


@router.get(paths.HOME)
def home(actor: SignedIn, services: OnServices) -> Home:
    return services.home.home(actor)


@router.get(paths.FOLDERS)
def folders(actor: SignedIn, services: OnServices) -> list[Folder]:
    return services.home.folders(actor)
