"""Typeable codes: what a mail bears and a person types or pastes, and the codes that stand in for a One-Time-Password.

Crockford's base32 has no I, L, O or U, so that what is misread is understood all the same. Four check characters tell
a truncated or mistyped code from a wrong one before anything is sent.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from backend.contract.faults import CODE_INCOMPLETE, Refused

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY: Final = 20
CHECK: Final = 4
LENGTH: Final = BODY + CHECK
RECOVERY_LENGTH: Final = 10
_GROUP, _RECOVERY_GROUP = 4, 5
_MISREAD: Final = str.maketrans("OIL", "011")
_BEFORE = re.compile(r".*(?:#|\brecover\b)", re.DOTALL | re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")


def code_of(randomness: bytes) -> str:
    """The 24 characters of a code, from 20 random bytes."""
    body = _characters(randomness)
    return body + _check(body)


def grouped(code: str) -> str:
    """As a mail shows it: six groups of four."""
    return _in_groups(code, _GROUP)


def read_code(text: str) -> str:
    """The 24 characters in what somebody typed or pasted: the code, the line that bears it, or the whole link.

    Raises 1010, which says what is wrong with it.
    """
    code = _read(_BEFORE.sub("", text))
    strange = sorted(set(code) - set(ALPHABET))
    if strange:
        raise Refused(CODE_INCOMPLETE, what=f"It is mistyped: {strange[0]} stands in no code.")
    if len(code) != LENGTH:
        raise Refused(CODE_INCOMPLETE, what=_miscounted(LENGTH - len(code)))
    if code[BODY:] != _check(code[:BODY]):
        raise Refused(CODE_INCOMPLETE, what="It is mistyped: its characters do not belong together.")
    return code


def recovery_code_of(randomness: bytes) -> str:
    """A recovery code as it is shown, from 10 random bytes: two groups of five."""
    return _in_groups(_characters(randomness), _RECOVERY_GROUP)


def read_recovery_code(text: str) -> str | None:
    """The ten characters of a recovery code; `None` for what cannot be one, such as a One-Time-Password."""
    code = _read(text)
    return code if len(code) == RECOVERY_LENGTH and set(code) <= set(ALPHABET) else None


def looks_like_recovery_code(text: str) -> bool:
    return read_recovery_code(text) is not None


def _read(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_MISREAD)


def _characters(randomness: bytes) -> str:
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in randomness)


def _check(body: str) -> str:
    return _characters(hashlib.sha256(body.encode()).digest()[:CHECK])


def _in_groups(code: str, size: int) -> str:
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def _miscounted(missing: int) -> str:
    many = abs(missing)
    characters = "1 character" if many == 1 else f"{many} characters"
    if missing < 0:
        return f"It has {characters} too many."
    return f"{characters} {'is' if many == 1 else 'are'} missing."
