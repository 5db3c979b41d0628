"""Users of a company, or the operator's staff: the list, one account with its history, and what can be granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.contract.messages import (
    ChangeUser,
    CloseUser,
    GrantableFunction,
    GrantFunctions,
    IdentityName,
    LiftSuspension,
    Proposal,
    RegisterAddress,
    Reinvite,
    ResetOtp,
    UnlockUser,
    User,
    UserPage,
    Users,
)
from backend.core.accounts import Account, Identity
from backend.core.actor import Actor
from backend.core.catalogue import Catalogue
from backend.core.client_connect.acts import shown_act
from backend.core.client_connect.changes.subjects import identity_codes_for
from backend.core.client_connect.me import functions_held
from backend.core.client_connect.ports.people import AccountFacts
from backend.core.client_connect.requests import ChangeRequests
from backend.core.gate import company_seen, may_suspend, refuse_unseen
from backend.core.ports import Clock, Store
from backend.core.rows import Rows

HISTORY: Final = 50


class UserService:
    """Reads only."""

    def __init__(self, store: Store, clock: Clock, requests: ChangeRequests) -> None:
        self._store = store
        self._clock = clock
        self._requests = requests

    def page(self, actor: Actor, company: str | None) -> Users:
        """2002 for whoever administers nobody; 2001 for a company that is not the actor's."""
        with self._store.reading() as rows:
            code = company_seen(actor, company)
            firm = rows.company(code) if code is not None else None
            if code is not None and firm is None:
                raise Refused(NOT_FOUND)
            accounts, catalogue = rows.accounts_of(code), rows.catalogue()
            identities = rows.identities(code) if code is not None else {}
            return Users(
                company=code,
                company_name=firm.name if firm else "",
                used=firm.used if firm else None,
                quota=firm.quota if firm else None,
                users=self._users(rows, accounts, catalogue),
                identities=tuple(
                    IdentityName(
                        identity_code=one.code, name=one.name, user_type=catalogue.user_types.get(one.user_type, "")
                    )
                    for one in identities.values()
                ),
                grantable=_grantable(catalogue, identities),
                sftp_folders=_by_sftp(catalogue, identities),
            )

    def one(self, actor: Actor, login_id: str, before: int | None) -> UserPage:
        """One account; 2001 for one that is not the actor's to see."""
        with self._store.reading() as rows:
            subject = refuse_unseen(actor, rows.account(login_id))
            found = rows.acts_of(subject, before, HISTORY + 1)
            staff = actor.company is None
            return UserPage(
                user=self._users(rows, [subject], rows.catalogue())[0],
                history=tuple(
                    shown_act(row, with_source=staff or row.login_id == subject.login_id) for row in found[:HISTORY]
                ),
                more=len(found) > HISTORY,
                requests=self._requests.views.about(rows, actor, subject),
                may=self._may(rows, actor, subject),
            )

    def _users(self, rows: Rows, accounts: list[Account], catalogue: Catalogue) -> tuple[User, ...]:
        ids = [account.id for account in accounts]
        facts, locked = rows.account_facts(ids, self._clock.now()), rows.locked(ids)
        return tuple(_user(one, catalogue, facts, locked) for one in accounts)

    def _may(self, rows: Rows, actor: Actor, subject: Account) -> tuple[str, ...]:
        """What the actor might ask for now about this account, and whether they may suspend it."""
        if subject.state == "closed":
            return ()
        trials: list[Proposal] = [
            ChangeUser.model_construct(  # as it would be after any change of the name
                login_id=subject.login_id, name=f"{subject.name}.", email=subject.email, phone=subject.phone
            ),
            GrantFunctions(login_id=subject.login_id, grants=(), sftp_folders=()),
            CloseUser(login_id=subject.login_id),
            UnlockUser(login_id=subject.login_id),
            ResetOtp(login_id=subject.login_id),
            Reinvite(login_id=subject.login_id),
            LiftSuspension(login_id=subject.login_id),
        ]
        may = [trial.kind for trial in trials if self._requests.possible(rows, actor, trial)]
        key = RegisterAddress(login_id=subject.login_id, network="192.0.2.1")
        if self._requests.possible(rows, actor, key):
            may += ["register-key", "register-address"]
        taken_over = actor.company is None and subject.suspended_by == "company"
        suspends = may_suspend(actor) and (subject.state == "active" or taken_over)
        return (*may, *(("suspend",) if suspends else ()))


def _user(account: Account, catalogue: Catalogue, facts: Mapping[int, AccountFacts], locked: set[int]) -> User:
    beside = facts.get(account.id, AccountFacts())
    return User(
        login_id=account.login_id,
        name=account.name,
        kind=account.kind,
        state=account.state,
        locked=account.id in locked,
        company=account.company,
        company_name=account.company_name,
        email=account.email,
        email_kind=account.email_kind,
        phone=account.phone,
        functions=functions_held(account, catalogue),
        services=account.services,
        sftp_folders=account.sftp_folders,
        keys=beside.keys,
        pending=beside.pending,
        last_sign_in=beside.last_sign_in,
        invited_until=beside.invited_until if account.state == "invited" else None,
        suspended_by=account.suspended_by,
    )


def _grantable(catalogue: Catalogue, identities: Mapping[str, Identity]) -> tuple[GrantableFunction, ...]:
    types = {code: one.user_type for code, one in identities.items()}
    offered: list[GrantableFunction] = []
    for function in catalogue.functions.values():
        codes = identity_codes_for(catalogue, function.code, types)
        held = {types[code] for code in codes}
        folders = tuple(
            folder.code
            for folder in catalogue.folders.values()
            if held & set(folder.user_types)
            and any(catalogue.opens(function.code, folder, channel) for channel in function.channels)
        )
        if codes:
            offered.append(
                GrantableFunction(function=function.code, title=function.title, identity_codes=codes, folders=folders)
            )
    return tuple(offered)


def _by_sftp(catalogue: Catalogue, identities: Mapping[str, Identity]) -> tuple[str, ...]:
    held = {one.user_type for one in identities.values()}
    return tuple(
        folder.code
        for folder in catalogue.folders.values()
        if "sftp" in folder.channels and held & set(folder.user_types)
    )
