"""The one permission gate: every permission is asked here, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

from backend.contract.faults import NO_ECP_FUNCTION, SESSION_ENDED, SUSPENDED, UNKNOWN_FOLDER, Refused
from backend.contract.messages import Channel
from backend.contract.rules.shown import shown
from backend.core.accounts import Account, Identity
from backend.core.actor import Actor, Scope
from backend.core.catalogue import Catalogue, FolderRule

SFTP_FUNCTION: Final = "EU_ECPSFTP"
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
_READS_ALL: Final = frozenset({"operator", "auditor"})


def refuse_inactive(account: Account) -> None:
    """Whoever acts is active: suspension stops everything."""
    if account.state == "suspended":
        raise Refused(SUSPENDED)
    if account.state != "active":
        raise Refused(SESSION_ENDED)


def enters_ecp(account: Account, catalogue: Catalogue) -> bool:
    """Whether the console's ECP side opens for this account (FAQ Q5, Q6)."""
    if account.kind in _READS_ALL:
        return True
    return any(grant.function in catalogue.interactive_functions for grant in account.grants)


def refuse_outside_ecp(actor: Actor, catalogue: Catalogue) -> None:
    """2000 for delegated administrators without functions and for accounts with `EU_ECPSFTP` alone."""
    refuse_inactive(actor.account)
    if actor.channel == "sftp" or enters_ecp(actor.account, catalogue):
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
    if actor.account.kind != "business" and not actor.account.grants:
        return ()
    codes = {
        code
        for grant in actor.account.grants
        if catalogue.opens(grant.function, folder, actor.channel)
        for code in grant.identity_codes
    }
    mine = (actor.identities[code] for code in sorted(codes) if code in actor.identities)
    return tuple(identity for identity in mine if identity.user_type in folder.user_types)


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


def activity_scope(actor: Actor, catalogue: Catalogue) -> Scope:
    """Business: own company, granted folders. Administrators: company. Operators and auditors: all."""
    refuse_inactive(actor.account)
    if actor.account.kind in _READS_ALL:
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


def may_suspend(actor: Actor) -> bool:
    """Administrators suspend in their company, operators anywhere; one person is enough, at once."""
    return actor.account.kind == "operator" or bool(actor.account.services)
