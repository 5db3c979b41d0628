"""SFTP keys and addresses as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backend.contract.rules.public_keys import PublicKey
from backend.core.accounts import Account, SftpAddress, SftpKey


class KeyRows(Protocol):
    """What is read, in one snapshot."""

    def sftp_key(self, fingerprint: str) -> SftpKey | None:
        """Whosever key it is, or was: revoked and expired ones too."""
        ...

    def sftp_keys(self, account: Account) -> list[SftpKey]:
        """All its keys, those registered last first."""
        ...

    def sftp_addresses(self, account_id: int) -> list[SftpAddress]: ...

    def sftp_networks(self) -> Sequence[str]:
        """All networks registered for SFTP, whoever's."""
        ...


class KeyUnit(Protocol):
    """What one unit writes."""

    def add_key(self, account_id: int, key: PublicKey, now: datetime, expires: datetime) -> None: ...

    def revoke_key(self, fingerprint: str, now: datetime) -> bool:
        """False where it is not there, or was revoked before."""
        ...

    def see_key(self, fingerprint: str, now: datetime) -> None:
        """A connection was signed in with it."""
        ...

    def warn_keys(self, now: datetime, days: int) -> list[str]:
        """Fingerprints of live keys that expire within so many days, each once for this many days or fewer."""
        ...

    def add_address(self, account_id: int, network: str, now: datetime) -> None: ...

    def remove_address(self, account_id: int, network: str) -> bool: ...
