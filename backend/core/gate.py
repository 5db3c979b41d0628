"""The one permission gate: every permission is asked here, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from backend.contract.faults import (
    MAKER_CANNOT_CHECK,
    NO_ECP_FUNCTION,
    NO_READ_BACK,
    NOT_ALLOWED,
    NOT_FOUND,
    SAME_PERSON,
    SESSION_ENDED,
    SUSPENDED,
    UNKNOWN_FOLDER,
    Refused,
)
from backend.contract.messages import Channel, RequestKind, Service, Side
from backend.contract.rules.contacts import same_phone
from backend.contract.rules.forms import SERVICE_NAMES
from backend.contract.rules.shown import shown
from backend.core.accounts import Account, Grant, Identity
from backend.core.actor import Actor, Scope
from backend.core.catalogue import Catalogue, FolderRule
from backend.core.client_connect.ports.requests import NOT_OF_ACCOUNTS, RequestScope, StoredRequest

SFTP_FUNCTION: Final = "EU_ECPSFTP"
CHANNELS: Final[tuple[Channel, ...]] = ("console", "http", "sftp")
"""Those of ECP 2.0; the existing ECP has its own, and accounts of its own."""
_READS_ALL: Final = frozenset({"operator", "auditor"})


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
    if account.kind in _READS_ALL:
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
    if actor.account.kind in _READS_ALL:
        return None
    return {(folder.code, one.code) for folder, identities in folders_for(actor, catalogue) for one in identities}


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


def may_use_sftp(account: Account) -> bool:
    """Accounts with the SFTP function; operators, who hold no functions, to publish and to collect."""
    return account.kind == "operator" or SFTP_FUNCTION in {grant.function for grant in account.grants}


def refuse_to_publish(actor: Actor) -> None:
    """2002 but for operators; one person is enough."""
    refuse_inactive(actor.account)
    if actor.account.kind != "operator":
        raise Refused(NOT_ALLOWED, what="Publishing is for the operator's staff.")


def refuse_outside_published(actor: Actor) -> None:
    """2002 but for operators and auditors, who see what was published to whom."""
    refuse_inactive(actor.account)
    if actor.account.kind not in _READS_ALL:
        raise Refused(NOT_ALLOWED, what="Publishing is for the operator's staff.")


def refuse_to_collect(actor: Actor) -> None:
    """Operators only: 4520 for auditors, who read everything but contents; for everybody else there is nothing."""
    refuse_inactive(actor.account)
    if actor.account.kind == "auditor":
        raise Refused(NO_READ_BACK)
    if actor.account.kind != "operator":
        raise Refused(NOT_FOUND)


def refuse_outside_inbox(actor: Actor) -> None:
    """What was submitted is listed for operators and auditors; for everybody else there is nothing."""
    refuse_inactive(actor.account)
    if actor.account.kind not in _READS_ALL:
        raise Refused(NOT_FOUND)


def refuse_to_handle(actor: Actor) -> None:
    """Replaying, withdrawing and returning a submission: operators only, one person is enough. 2002 for auditors."""
    refuse_outside_inbox(actor)
    if actor.account.kind != "operator":
        raise Refused(NOT_ALLOWED, what="What becomes of submissions is decided by operators.")


def refuse_to_explain(actor: Actor, catalogue: Catalogue, folder: str, identity_code: str) -> None:
    """Whoever submits to that folder for that identity; 2002 for all others who see the file."""
    rule = catalogue.folders.get(folder)
    mine = identities_in(actor, catalogue, rule) if rule is not None else ()
    if identity_code not in {identity.code for identity in mine}:
        who = f"Explaining is for whoever submits to {shown(folder, 40)} for {shown(identity_code, 20)}."
        raise Refused(NOT_ALLOWED, what=who)


def refuse_outside_staff(actor: Actor) -> None:
    """2002 but for operators and auditors, who see all companies and every rule of the catalogue."""
    refuse_inactive(actor.account)
    if actor.account.kind not in _READS_ALL:
        raise Refused(NOT_ALLOWED, what="Companies, their forms and the catalogue are for the operator's staff.")


def may_suspend(actor: Actor) -> bool:
    """Administrators suspend in their company, operators anywhere; one person is enough, at once."""
    return actor.account.kind == "operator" or bool(actor.account.services)


def may_revoke(actor: Actor, subject: Account) -> bool:
    """Keys and addresses: their owner, the company's administrators, operators; one person is enough, at once."""
    administers = bool(actor.account.services) and subject.company == actor.company
    return subject.id == actor.account.id or administers or actor.account.kind == "operator"


def may_rotate(actor: Actor, subject: Account) -> bool:
    """A key that a live one has signed: its owner, or those who may register one for this account."""
    if subject.company is None:
        return subject.id == actor.account.id or actor.account.kind == "operator"
    administers = "ecp" in actor.account.services and subject.company == actor.company
    return subject.id == actor.account.id or administers


# ── change requests ──────────────────────────────────────────────────────────────────────────────────────────────

_ECP_RIGHT: Final = frozenset({"grant-functions", "register-key", "register-address"})
"""What the ECP right is for; every other kind asks for the Client Connect right."""
_FOR_OPERATORS: Final = "This is for the operator's staff, by maker and checker."
_OWN: Final = frozenset({"register-key", "register-address"})
"""What anybody may make for themselves."""


def refuse_to_propose(actor: Actor, kind: RequestKind, subject: str) -> None:
    """2002 for whoever may make no such request about anybody, before anything of its subject is looked at."""
    account = actor.account
    if account.kind == "operator" or (kind in _OWN and subject == actor.login_id):
        return
    if kind in NOT_OF_ACCOUNTS:
        raise Refused(NOT_ALLOWED, what=_FOR_OPERATORS)
    if not account.services:
        raise Refused(NOT_ALLOWED, what="This is for delegated administrators and operators, by maker and checker.")


def refuse_to_make(actor: Actor, kind: RequestKind, side: Side, subject: str, *, grants: bool = False) -> None:
    """2002 unless this role may make such a request. `grants`: it grants functions as well.

    That the subject is the maker's to see at all was asked before, by finding it.
    """
    refuse_inactive(actor.account)
    if kind in _OWN and subject == actor.login_id:
        return
    _refuse_other_side(actor, kind, side, grants=grants)


def refuse_to_check(
    actor: Actor, kind: RequestKind, side: Side, subject: str, maker: Account, *, grants: bool = False
) -> None:
    """2002 for other roles; 3003 for its maker and for whom it is about; 3006 for the maker under another name."""
    refuse_inactive(actor.account)
    _refuse_other_side(actor, kind, side, grants=grants)
    if actor.account.id == maker.id:
        raise Refused(MAKER_CANNOT_CHECK, what="You made this request yourself.", ask=actor.ask)
    if actor.login_id == subject:
        raise Refused(MAKER_CANNOT_CHECK, what="This request is about you.", ask=actor.ask)
    if same_phone(actor.account.phone, maker.phone):
        raise Refused(SAME_PERSON, what=f"{maker.login_id}, who made it, has your telephone number.")


def _refuse_other_side(actor: Actor, kind: RequestKind, side: Side, *, grants: bool) -> None:
    account = actor.account
    if side == "operator":
        if account.kind != "operator":
            raise Refused(NOT_ALLOWED, what=_FOR_OPERATORS)
        return
    needed: set[Service] = {"ecp"} if kind in _ECP_RIGHT else {"client_connect"}
    if grants:
        needed.add("ecp")
    if missing := needed - set(account.services):
        names = " and ".join(sorted(SERVICE_NAMES[one] for one in missing))
        raise Refused(NOT_ALLOWED, what=f"This is for delegated administrators with the {names} right.")


def request_scope(actor: Actor) -> RequestScope:
    """Whose change requests the actor sees: all, the company's, or those made by or about themselves."""
    refuse_inactive(actor.account)
    if actor.account.kind in _READS_ALL:
        return RequestScope(drafts_of=actor.account.id)
    if actor.account.services:
        return RequestScope(company=actor.company, drafts_of=actor.account.id)
    account = actor.account
    return RequestScope(actor.company, account_id=account.id, login_id=account.login_id, drafts_of=account.id)


def sees_request(actor: Actor, request: StoredRequest) -> bool:
    """The same rule for one request."""
    scope = request_scope(actor)
    if request.state == "draft" or scope.account_id is not None:
        return request.maker_id == actor.account.id or (
            request.state != "draft" and request.is_about(actor.login_id, actor.company)
        )
    return scope.company is None or request.company == scope.company


def refuse_unseen(actor: Actor, subject: Account | None) -> Account:
    """The account, or 2001: one of another company answers exactly like one that does not exist."""
    refuse_inactive(actor.account)
    if subject is None:
        raise Refused(NOT_FOUND)
    account = actor.account
    company = bool(account.services) and subject.company == account.company
    if subject.id == account.id or account.kind in _READS_ALL or company:
        return subject
    raise Refused(NOT_FOUND)


def company_seen(actor: Actor, wanted: str | None) -> str | None:
    """The company whose users are listed; 2002 for whoever administers nobody, 2001 for another company."""
    refuse_inactive(actor.account)
    if actor.account.kind in _READS_ALL:
        return wanted
    if not actor.account.services:
        raise Refused(NOT_ALLOWED, what="Users are for delegated administrators and operators.")
    if wanted not in (None, actor.company):
        raise Refused(NOT_FOUND)
    return actor.company
