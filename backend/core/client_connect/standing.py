"""How somebody stands now: the account behind an actor, read again."""

from __future__ import annotations

from dataclasses import replace

from backend.contract.faults import SESSION_ENDED, Refused
from backend.contract.messages import Channel
from backend.core.accounts import Account
from backend.core.actor import Actor
from backend.core.gate import refuse_inactive
from backend.core.rows import Rows


def actor_for(rows: Rows, account_id: int, channel: Channel, source: str) -> Actor:
    """The account as it stands now, at work; 1005 or 1016 if it may not be."""
    account = rows.account_by_id(account_id)
    if account is None:
        raise Refused(SESSION_ENDED)
    return actor_of(rows, account, channel, source)


def actor_of(rows: Rows, account: Account, channel: Channel, source: str) -> Actor:
    refuse_inactive(account)
    company = account.company or ""
    others = [who for who in rows.administrators(company) if who.login_id != account.login_id]
    administrators = " or ".join(f"{who.name} ({who.login_id})" for who in others[:2])
    return Actor(
        account,
        rows.identities(company),
        channel,
        source,
        ask=administrators or ("your delegated administrators" if company else "another operator"),
        epoch=rows.access_epoch(),
    )


def as_of_now(rows: Rows, actor: Actor) -> Actor:
    """The same person at commit time: what was taken away meanwhile is gone."""
    if actor.epoch is not None and actor.epoch == rows.access_epoch():
        return actor
    now = actor_for(rows, actor.account.id, actor.channel, actor.source)
    return replace(now, until=actor.until, session=actor.session, confirmed=actor.confirmed)
