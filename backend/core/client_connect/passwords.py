"""Which passwords are taken: long ones that nobody guesses. No rule of composition, and they do not expire."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it has no types

from backend.contract.faults import PASSWORD_NOT_ACCEPTABLE, Refused
from backend.core.accounts import Account

SHORTEST: Final = 15
LONGEST: Final = 128
STRONG: Final = 3
"""zxcvbn's scale from 0 to 4: safe from guessing unless the hashes were stolen, and slow to guess then."""
_LOOKED_AT: Final = 24
"""A password that is strong so far is strong; zxcvbn takes seconds for longer ones that are made to be slow."""
_SHORTEST_WORD: Final = 3
_NO_WORD = re.compile(r"[\W_]+")


def normal(password: str) -> str:
    """One spelling for what looks the same on every keyboard: NFC, and nothing that UTF-8 cannot say."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()


def refuse_weak(password: str, account: Account) -> None:
    """Raises 1014, saying exactly why, unless this may be the account's password."""
    password = normal(password)
    if len(password) < SHORTEST:
        raise _refused(f"It has {_characters(len(password))}; {SHORTEST} are the least.")
    if len(password) > LONGEST:
        raise _refused(f"It has {_characters(len(password))}; {LONGEST} are the most.")
    words = _words_of(account)
    left = _without(password, words)
    if _score(left, words) >= STRONG:
        return
    if left == password or _score(password, words) < STRONG:
        raise _refused("It is too easily guessed: common words, names, dates, repeats and rows of keys add little.")
    raise _refused("It rests on your login ID, your name or your company's: without them it is too easily guessed.")


def _refused(what: str) -> Refused:
    return Refused(PASSWORD_NOT_ACCEPTABLE, what=what)


def _characters(many: int) -> str:
    return "1 character" if many == 1 else f"{many} characters"


def _score(password: str, words: list[str]) -> int:
    return int(zxcvbn(password[:_LOOKED_AT], user_inputs=words)["score"]) if password else 0


def _words_of(account: Account) -> list[str]:
    """What everybody knows of an account, longest first."""
    known = (account.login_id, account.name, account.company_name, account.company or "", account.email)
    words = {word for text in known for word in (text, *_NO_WORD.split(text))}
    return sorted({word.lower() for word in words if len(word) >= _SHORTEST_WORD}, key=len, reverse=True)


def _without(password: str, words: list[str]) -> str:
    for word in words:
        password = re.sub(re.escape(word), "", password, flags=re.IGNORECASE)
    return password
