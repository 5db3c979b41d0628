"""Fields for what must not leave them: passwords, which can be shown but not copied, and One-Time-Passwords."""

from __future__ import annotations

import unicodedata
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from backend.contract.rules.codes import looks_like_recovery_code
from backend.contract.rules.shown import shown
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.keys import bindings

SHORTEST: Final = 15
LONGEST: Final = 128
_OTP_DIGITS: Final = 6


class PasswordField(TextField):
    """Masked, or shown while the person wants it; neither copied nor cut in either case."""

    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str, placeholder: str = "") -> None:
        super().__init__(id=id, placeholder=placeholder, password=True, clean=str, max_length=1024)

    @property
    def can_be_shown(self) -> bool:
        """Nothing in it is something that a terminal would obey."""
        return shown(self.value, len(self.value)) == self.value

    def reveal(self, wanted: bool) -> None:
        self.password = not (wanted and self.can_be_shown)

    def action_copy(self) -> None:
        """A password never leaves its field."""

    def action_cut(self) -> None:
        """A password never leaves its field."""


class OtpField(TextField):
    """A One-Time-Password, or the recovery code that stands in for one; "123 456" is 123456."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("demo_code", direct=True)

    class CodeWanted(Message):
        """Whoever types here has no authenticator at hand; in the demo, the demo's own is asked."""

        def __init__(self, field: OtpField) -> None:
            super().__init__()
            self.field = field

    def __init__(self, *, id: str = "otp", placeholder: str = "6 digits, or a recovery code") -> None:
        super().__init__(id=id, placeholder=placeholder, clean=_joined, max_length=40)

    @property
    def code(self) -> str:
        return _joined(self.value)

    def action_demo_code(self) -> None:
        self.post_message(self.CodeWanted(self))

    @property
    def complete(self) -> bool:
        """Whether it can be one at all: a try that cannot succeed would count towards the lock."""
        code = self.code
        digits = len(code) == _OTP_DIGITS and code.isascii() and code.isdigit()
        return digits or looks_like_recovery_code(code)


OTP_WORDS: Final = "A One-Time-Password has 6 digits, a recovery code two groups of five."


def length_note(password: str) -> Content:
    """How a new password stands to the rule of its length, while it is typed."""
    length = len(unicodedata.normalize("NFC", password))
    if length > LONGEST:
        return Content.styled(f"✕ {length}: at most {LONGEST}", "$error")
    if length < SHORTEST:
        return Content(f"{length} of {SHORTEST}" if length else f"{SHORTEST} to {LONGEST}")
    return Content.styled(f"● {length} long", "$success")


def long_enough(password: str) -> bool:
    return SHORTEST <= len(unicodedata.normalize("NFC", password)) <= LONGEST


def _joined(text: str) -> str:
    return "".join(text.split())
