"""Who may do what to files and accounts: publish, collect, explain, suspend, revoke."""

from __future__ import annotations

from backend.contract.faults import (
    NO_READ_BACK,
    NOT_ALLOWED,
    NOT_FOUND,
    Refused,
)
from backend.contract.rules.shown import shown
from backend.core.accounts import Account
from backend.core.actor import Actor, LogScope
from backend.core.catalogue import Catalogue
from backend.core.gate.folders import READS_ALL, SFTP_FUNCTION, identities_in, refuse_inactive


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
    if actor.account.kind not in READS_ALL:
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
    if actor.account.kind not in READS_ALL:
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
    if actor.account.kind not in READS_ALL:
        raise Refused(NOT_ALLOWED, what="Companies, their forms and the catalogue are for the operator's staff.")


def log_scope(actor: Actor) -> LogScope:
    """Of the audit log: all for operators and auditors, their company's for administrators, their own for others."""
    account = actor.account
    refuse_inactive(account)
    if account.kind in READS_ALL:
        return LogScope(everything=True, company=None, login_id=None)
    return LogScope(everything=False, company=account.company, login_id=None if account.services else account.login_id)


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
