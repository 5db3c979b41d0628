"""Who asks, through which channel, from where; and how far they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from backend.contract.messages import Channel
from backend.core.accounts import Account, Identity


@dataclass(frozen=True, slots=True)
class Actor:
    """An account at work through one channel. `identities` are all of its company's, by code."""

    account: Account
    identities: Mapping[str, Identity]
    channel: Channel
    source: str
    ask: str = "your delegated administrators"
    """The delegated administrators to ask, in words."""
    until: datetime | None = None
    """When the key that let them in expires."""
    key: str | None = None
    """The fingerprint of that key; none by HTTP."""
    session: bytes | None = field(default=None, repr=False)
    """The key of the session they ask in; none by SSH."""
    confirmed: datetime | None = None
    """When a One-Time-Password was last given in that session."""
    epoch: int | None = None
    """The access epoch they were found in: as long as it stands, nothing was taken from anybody."""

    @property
    def login_id(self) -> str:
        return self.account.login_id

    @property
    def company(self) -> str | None:
        return self.account.company


@dataclass(frozen=True, slots=True)
class LogScope:
    """Whose entries of the audit log may be seen: everything, a company's, or one's own."""

    everything: bool
    company: str | None
    login_id: str | None
    """Of those that see what they did and what was done to their account alone."""

    def sees(self, company: str | None, login_id: str | None, subject: str | None) -> bool:
        if self.everything:
            return True
        theirs = company is not None and company == self.company
        return theirs and self.login_id in (None, login_id, subject)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose activities may be seen; `None` means all."""

    company: str | None
    folders: tuple[str, ...] | None
