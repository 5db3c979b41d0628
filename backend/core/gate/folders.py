"""Who enters ECP, and which folders, identities and activities are theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.contract.faults import (
    NO_ECP_FUNCTION,
    SESSION_ENDED,
    SUSPENDED,
    UNKNOWN_FOLDER,
    Refused,
)
from backend.contract.messages import Channel
from backend.contract.rules.shown import shown
from backend.core.accounts import Account, Grant, Identity
from backend.core.actor import Actor, Scope
from backend.core.catalogue import Catalogue, FolderRule

SFTP_FUNCTION: Final = "EU_ECPSFTP"
CHANNELS: Final[tuple[Channel, ...]] = ("console", "http", "sftp")
"""Those of ECP 2.0; the existing ECP has its own, and accounts of its own."""
READS_ALL: Final = frozenset({"operator", "auditor"})


def refuse_inactive(account: Account) -> None:
    """Whoever acts is active: suspension stops everything."""
    if account.state == "suspended":
        raise Refused(SUSPENDED)
    if account.state != "active":
        raise Refused(SESSION_ENDED)


def refuse_expired(actor: Actor, now: datetime) -> None:
    """A key lets nobody do anything once it has expired."""
    if actor.until is not None and now >= actor.until:
        raise Refused(SESSION_ENDED)


def enters_ecp(account: Account, catalogue: Catalogue) -> bool:
    """Whether the console's ECP side opens for this account (FAQ Q5, Q6)."""
    if account.kind in READS_ALL:
        return True
    return any(grant.function in catalogue.interactive_functions for grant in account.grants)


def refuse_outside_ecp(actor: Actor, catalogue: Catalogue) -> None:
    """2000 for delegated administrators without functions and for accounts with `EU_ECPSFTP` alone."""
    refuse_inactive(actor.account)
    if actor.channel in ("sftp", "existing") or enters_ecp(actor.account, catalogue):
        return
    held = [grant.function for grant in actor.account.grants]
    if SFTP_FUNCTION in held:
        reason = f"{SFTP_FUNCTION} alone opens SFTP, not the console."
    elif actor.account.kind == "da":
        reason = "Administration rights alone do not open ECP; submitting and downloading need an ECP function."
    else:
        reason = "This account holds no ECP function."
    raise Refused(NO_ECP_FUNCTION, reason=reason, ask=actor.ask, held=", ".join(held) or "none")


def identities_in(actor: Actor, catalogue: Catalogue, folder: FolderRule) -> tuple[Identity, ...]:
    """The identities for which the actor may use `folder` on this channel; empty means it is not there.

    Access = a held function maps to (folder, channel), the identity is one of the account's, and that identity holds
    the folder's user type.
    """
    if actor.channel == "existing":
        return _identities_there(actor, folder)
    if actor.account.kind != "business" and not actor.account.grants:
        return ()
    codes = {
        code
        for grant in actor.account.grants
        if catalogue.opens(grant.function, folder, actor.channel) and not _narrowed(actor.account, grant, folder)
        for code in grant.identity_codes
    }
    mine = (actor.identities[code] for code in sorted(codes) if code in actor.identities)
    return tuple(identity for identity in mine if identity.user_type in folder.user_types)


def _identities_there(actor: Actor, folder: FolderRule) -> tuple[Identity, ...]:
    """In the existing ECP an account submits for its identities wherever their user type may; it fetches nothing."""
    mine = (actor.identities[code] for code in sorted(actor.identities))
    there = folder.direction == "submission"
    return tuple(identity for identity in mine if there and identity.user_type in folder.user_types)


def _narrowed(account: Account, grant: Grant, folder: FolderRule) -> bool:
    """Whether administrators took this folder out of what the SFTP function opens."""
    return _leaves_out(grant.function, account.sftp_folders, folder)


def _leaves_out(function: str, sftp_folders: tuple[str, ...] | None, folder: FolderRule) -> bool:
    return function == SFTP_FUNCTION and sftp_folders is not None and folder.code not in sftp_folders


def functions_opening(catalogue: Catalogue, folder: FolderRule) -> tuple[str, ...]:
    """Those that open it on any channel."""
    return tuple(
        code for code in catalogue.functions if any(catalogue.opens(code, folder, channel) for channel in CHANNELS)
    )


def fetches(catalogue: Catalogue, folder: FolderRule, function: str, sftp_folders: tuple[str, ...] | None) -> bool:
    """Whether an active account that holds this function may use the folder on some channel."""
    opened = any(catalogue.opens(function, folder, channel) for channel in CHANNELS)
    return opened and not _leaves_out(function, sftp_folders, folder)


def folders_for(actor: Actor, catalogue: Catalogue) -> list[tuple[FolderRule, tuple[Identity, ...]]]:
    """Every folder the actor may use, with the identities it may be used for."""
    refuse_outside_ecp(actor, catalogue)
    reached = ((folder, identities_in(actor, catalogue, folder)) for folder in catalogue.folders.values())
    return [(folder, identities) for folder, identities in reached if identities]


def folder_for(actor: Actor, catalogue: Catalogue, code: str) -> tuple[FolderRule, tuple[Identity, ...]]:
    """The folder, or 4501: a folder not granted answers exactly like one that does not exist."""
    refuse_outside_ecp(actor, catalogue)
    folder = catalogue.folders.get(code)
    identities = identities_in(actor, catalogue, folder) if folder is not None else ()
    if folder is None or not identities:
        raise Refused(UNKNOWN_FOLDER, folder=shown(code, 40))
    return folder, identities


def obligation_scope(actor: Actor, catalogue: Catalogue) -> set[tuple[str, str]] | None:
    """Folder and identity code of what the actor must file; `None`, all of them, for the operator's staff."""
    refuse_inactive(actor.account)
    if actor.account.kind in READS_ALL:
        return None
    return {(folder.code, one.code) for folder, identities in folders_for(actor, catalogue) for one in identities}


def activity_scope(actor: Actor, catalogue: Catalogue) -> Scope:
    """Business: own company, granted folders. Administrators: company. Operators and auditors: all."""
    refuse_inactive(actor.account)
    if actor.account.kind in READS_ALL:
        return Scope(None, None)
    if actor.account.services:
        return Scope(actor.company, None)
    refuse_outside_ecp(actor, catalogue)
    folders = tuple(
        folder.code
        for folder in catalogue.folders.values()
        if any(identities_in(replace(actor, channel=channel), catalogue, folder) for channel in CHANNELS)
    )
    return Scope(actor.company, folders)
