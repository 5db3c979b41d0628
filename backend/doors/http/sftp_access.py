"""SFTP access: its page, and what one person does about it at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from backend.contract import paths
from backend.contract.messages import RemoveAddress, RevokeKey, RotateKey, SftpAccessPage
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["sftp access"])


@router.get(paths.SFTP_ACCESS)
def page(actor: SignedIn, services: OnServices, login_id: Annotated[str, Query(max_length=40)] = "") -> SftpAccessPage:
    return services.sftp_setup.page(actor, login_id)


@router.post(paths.KEY_REVOCATIONS, status_code=204)
def revoke_key(actor: SignedIn, services: OnServices, asked: RevokeKey) -> None:
    services.sftp_acts.revoke_key(actor, asked)


@router.post(paths.KEY_ROTATIONS)
def rotate_key(actor: SignedIn, services: OnServices, asked: RotateKey) -> SftpAccessPage:
    services.sftp_acts.rotate_key(actor, asked)
    return services.sftp_setup.page(actor, asked.login_id)


@router.post(paths.ADDRESS_REMOVALS, status_code=204)
def remove_address(actor: SignedIn, services: OnServices, asked: RemoveAddress) -> None:
    services.sftp_acts.remove_address(actor, asked)
