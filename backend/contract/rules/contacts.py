"""E-mail addresses and telephone numbers: when two of them are the same one."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NO_DIGIT: Final = re.compile(r"[^0-9]", re.ASCII)
_SHORTEST_PHONE: Final = 8
PHONE: Final = r"^[ ()./-]*(?:\+|00)?[ ()./-]*[1-9](?:[ ()./-]*[0-9]){7,14}[ ()./-]*$"
"""8 to 15 digits, country code first and so no zero, among the symbols people write between them."""


def email_key(email: str) -> str:
    """What addresses are compared by: case does not tell two apart (FAQ Q13)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip()).casefold())


def phone_digits(phone: str) -> str:
    """A telephone number without symbols and spaces, country code included (FAQ Q18)."""
    digits = _NO_DIGIT.sub("", phone)
    return digits.removeprefix("00")


def e164(phone: str) -> str:
    """As it is kept: a plus sign and its digits."""
    return f"+{phone_digits(phone)}"


def same_phone(one: str, other: str) -> bool:
    """Whether both are the same line; an absent number is nobody's."""
    mine, theirs = phone_digits(one), phone_digits(other)
    return len(mine) >= _SHORTEST_PHONE and mine == theirs
