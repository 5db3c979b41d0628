"""Who signs: the keys of an operator over time, as files that OpenSSH reads, and the lines that verify with them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from backend.contract.rules.sshsig import CHECKPOINTS, RECEIPTS, blob_of

ALLOWED_SIGNERS: Final = "allowed_signers"
REVOKED_KEYS: Final = "revoked_keys"
_ED25519: Final = "ssh-ed25519"
_LINE: Final = re.compile(r"(\S+) (\S*namespaces=\S+) ssh-ed25519 ([A-Za-z0-9+/=]+)(?: .*)?", re.ASCII)
_OPTION: Final = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_OPTIONS: Final = re.compile(rf"{_OPTION.pattern}(?:,{_OPTION.pattern})*")
_STAMPS: Final = {9: "%Y%m%dZ", 13: "%Y%m%d%H%MZ", 15: "%Y%m%d%H%M%SZ"}
"""By length. Without a Z a stamp is local time, of whatever place that is: no key here has such a one."""
_KNOWN: Final = {"namespaces", "valid-after", "valid-before"}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, and within which instants it signed; `until` is the first at which it did no more."""

    public_key: str
    since: datetime | None = None
    until: datetime | None = None
    revoked: datetime | None = None

    def counts(self, at: datetime) -> bool:
        """Whether it may have signed at that instant."""
        ends = [end for end in (self.until, self.revoked) if end is not None]
        return (self.since is None or at >= self.since) and all(at < end for end in ends)


def allowed_signers(origin: str, keys: Iterable[SigningKey]) -> str:
    """A line a key, always bound to our namespaces."""
    return "".join(f"{origin} {_options(key)} {key.public_key}\n" for key in keys)


def revoked_keys(keys: Iterable[SigningKey]) -> str:
    """As `ssh-keygen -Y verify -r` takes it: a line a key whose signatures count no more."""
    return "".join(f"{key.public_key}\n" for key in keys if key.revoked is not None)


@dataclass(frozen=True, slots=True)
class Signer:
    """One line of an allowed_signers file: whose key it is, for what, and when it counts."""

    origin: str
    namespaces: frozenset[str]
    public_key: str
    after: datetime | None = None
    before: datetime | None = None

    def counts(self, at: datetime) -> bool:
        """As ssh-keygen judges it, to the second."""
        second = at.replace(microsecond=0)
        return (self.after is None or second >= self.after) and (self.before is None or second <= self.before)


def read_allowed_signers(text: str) -> list[Signer]:
    """Lines with Ed25519 keys and namespaces; what stands there besides counts for nothing here."""
    found = (_LINE.fullmatch(line.strip()) for line in text.split("\n"))
    return [signer for line in found if line is not None and (signer := _signer(line)) is not None]


def read_revoked_keys(text: str) -> set[str]:
    lines = (line.split() for line in text.split("\n"))
    return {f"{words[0]} {words[1]}" for words in lines if len(words) > 1 and words[0] == _ED25519}


def verify_line(origin: str, receipt: str, received: datetime) -> str:
    """What verifies, in a shell, the signature of a receipt in a file of that name; as of when it was received."""
    told = f"-f {ALLOWED_SIGNERS} -I {origin} -n {RECEIPTS} -Overify-time={_stamp(received)}"
    return f"ssh-keygen -Y verify {told} -s {shlex.quote(f'{receipt}.sig')} < {shlex.quote(receipt)}"


def _options(key: SigningKey) -> str:
    told = [f'namespaces="{RECEIPTS},{CHECKPOINTS}"']
    told += [f'valid-after="{_stamp(key.since)}"'] if key.since is not None else []
    told += [f'valid-before="{_stamp(key.until)}"'] if key.until is not None else []
    return ",".join(told)


def _signer(line: re.Match[str]) -> Signer | None:
    said: list[tuple[str, str]] = _OPTION.findall(line[2])
    options = dict(said)
    public_key = f"{_ED25519} {line[3]}"
    try:
        blob_of(public_key)
        after, before = (_instant(options.get(name)) for name in ("valid-after", "valid-before"))
    except ValueError:
        return None
    if not _OPTIONS.fullmatch(line[2]) or len(options) < len(said) or not set(options) <= _KNOWN:
        return None
    if after is not None and before is not None and after >= before:
        return None
    return Signer(line[1], frozenset(options["namespaces"].split(",")), public_key, after, before)


def _instant(stamp: str | None) -> datetime | None:
    if stamp is None:
        return None
    return datetime.strptime(stamp, _STAMPS.get(len(stamp), "")).replace(tzinfo=UTC)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
