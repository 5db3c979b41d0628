"""The ledger: proofs, checkpoints, and the keys that signed, which are public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from backend.contract import paths
from backend.contract.messages import Consistency, Continuity, Proof, SignedCheckpoint
from backend.doors.http.activity import LogIndex
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["ledger"])
_Size = Annotated[int, Query(ge=1, lt=1 << 53)]


@router.get(paths.ALLOWED_SIGNERS, response_class=PlainTextResponse)
def allowed_signers(services: OnServices) -> str:
    return services.checkpoints.allowed_signers()


@router.get(paths.REVOKED_KEYS, response_class=PlainTextResponse)
def revoked_keys(services: OnServices) -> str:
    return services.checkpoints.revoked_keys()


@router.get(paths.ACTIVITY + "/{log_index}/proof")
def proof(actor: SignedIn, services: OnServices, log_index: LogIndex) -> Proof:
    return services.checkpoints.proof(actor, log_index)


@router.get(paths.CHECKPOINT)
def checkpoint(actor: SignedIn, services: OnServices, size: _Size | None = None) -> SignedCheckpoint:
    return services.checkpoints.one(actor, size)


@router.get(paths.CONTINUITY)
def continuity(actor: SignedIn, services: OnServices) -> Continuity:
    return services.continuity.told(actor)


@router.get(paths.CONSISTENCY)
def consistency(actor: SignedIn, services: OnServices, old: _Size, new: _Size) -> Consistency:
    return services.checkpoints.consistency(actor, old, new)
