"""SFTP keys and addresses are registered by maker and checker: what they open, they open without anybody watching."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.contract.faults import KEY_REGISTERED, NOT_UNDERSTOOD, THREE_KEYS, Refused
from backend.contract.messages import Line, RegisterAddress, RegisterKey
from backend.contract.rules.networks import covers, read_network
from backend.contract.rules.public_keys import PublicKey, read_public_key
from backend.core.accounts import Account
from backend.core.client_connect.changes.change import Plan
from backend.core.client_connect.changes.subjects import account_of, plan_for, side_of, subject_of
from backend.core.rows import Rows, Unit

KEY_LIFE: Final = timedelta(days=395)
MOST_KEYS: Final = 3
MOST_ADDRESSES: Final = 20


class RegisterKeyChange:
    """One more key; its comment is its owner's word for it and proves nothing."""

    def plan(self, rows: Rows, company: str | None, proposal: RegisterKey, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        side = side_of(company, subject, staff_acts=False)
        key = new_key(rows, subject, proposal.public_key, now)
        lines = [
            Line(label="Key type", after=key.type),
            Line(label="Fingerprint", after=key.fingerprint, weighs=True),
            Line(label="Comment", after=key.comment),
            Line(label="Expires", after=f"{KEY_LIFE.days} days after approval"),
        ]
        return replace(plan_for(subject, side, lines), fingerprint=key.fingerprint, object=key.fingerprint)

    def apply(self, unit: Unit, proposal: RegisterKey, plan: Plan, now: datetime) -> bool:
        unit.add_key(account_of(unit, plan).id, read_public_key(proposal.public_key), now, now + KEY_LIFE)
        return False


class RegisterAddressChange:
    """One more address, or small network, that connections may come from."""

    def plan(self, rows: Rows, company: str | None, proposal: RegisterAddress, now: datetime) -> Plan:
        subject = subject_of(rows, company, proposal.login_id)
        side = side_of(company, subject, staff_acts=False)
        network = read_network(proposal.network)
        registered = {address.network for address in rows.sftp_addresses(subject.id)}
        if str(network) in registered:
            raise Refused(NOT_UNDERSTOOD, what=f"{network} is registered for {subject.login_id} already.")
        if len(registered) >= MOST_ADDRESSES:
            raise Refused(
                NOT_UNDERSTOOD,
                what=f"{subject.login_id} has {MOST_ADDRESSES} addresses, and more there cannot be: remove one first.",
            )
        lines = [Line(label="Address", after=str(network), weighs=True), Line(label="Covers", after=covers(network))]
        return replace(plan_for(subject, side, lines), object=str(network))

    def apply(self, unit: Unit, proposal: RegisterAddress, plan: Plan, now: datetime) -> bool:
        unit.add_address(account_of(unit, plan).id, str(read_network(proposal.network)), now)
        return False


def new_key(rows: Rows, subject: Account, text: str, now: datetime) -> PublicKey:
    """The key in this text, if the account may have it: 5001, 5002 for one that was ever registered, 5004."""
    key = read_public_key(text)
    if rows.sftp_key(key.fingerprint) is not None:
        raise Refused(KEY_REGISTERED)
    if sum(one.live(now) for one in rows.sftp_keys(subject)) >= MOST_KEYS:
        raise Refused(THREE_KEYS, login_id=subject.login_id)
    return key
