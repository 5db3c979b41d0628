"""One's own password and authenticator, changed inside a session: with the password that stands and an OTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from ecp_tui.screens.authenticator import AuthenticatorScreen
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.demo_code import hint
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.password import OTP_WORDS, OtpField, PasswordField, length_note, long_enough
from ecp_tui.widgets.words import Words


class OwnPage(RecoveryPage):
    """A form with the password that stands and a One-Time-Password, in the session it belongs to."""

    CSS_PATH: ClassVar = "own_password.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "reveal")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "reveal", "back")
    HEADING: ClassVar[str] = ""
    WORDS: ClassVar[str] = ""
    BUTTON: ClassVar[str] = ""
    NEW: ClassVar[bool] = False

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled(self.HEADING, "bold"), classes="title")
        yield Words(self.WORDS, classes="facts")
        with Form():
            yield Field("Password", PasswordField(id="password"))
            if self.NEW:
                yield Field("New password", PasswordField(id="new_password"))
            yield Field("One-Time-Password", OtpField(placeholder=hint(self.context)))
            with Buttons():
                yield Button(self.BUTTON, id="go-on", primary=True)

    def on_mount(self) -> None:
        self.query_one("#password").focus()
        self._note()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._note()
        self.say("")

    def _note(self) -> None:
        for field in self.query(Field):
            if field.control.id == "new_password":
                field.note = length_note(self.text("new_password"))

    def text(self, name: str) -> str:
        return self.query_one(f"#{name}", PasswordField).value

    def on_form_completed(self) -> None:
        self.action_check()

    def hint_word(self, key: str) -> str:
        return self.BUTTON.lower() if key == "check" else super().hint_word(key)

    def action_check(self) -> None:
        otp = self.query_one(OtpField)
        if not self.text("password"):
            self.query_one("#password").focus()
            self.say("The password that stands is needed.")
        elif self.NEW and not long_enough(self.text("new_password")):
            self.query_one("#new_password").focus()
            self.say("A password has 15 to 128 characters.")
        elif not otp.complete:
            otp.focus()
            self.say(OTP_WORDS)
        else:
            self.say("Asking …")
            self.ask(self.change(otp.code), group="change")

    async def change(self, otp: str) -> None:
        """Asks the server for it."""

    def show_fault(self, refused: Refused) -> None:
        """The passwords are kept; a One-Time-Password works once, so the next one is asked for."""
        EcpScreen.show_fault(self, refused)
        self.say("")
        otp = self.query_one(OtpField)
        otp.value = ""
        otp.focus()


class ChangePasswordScreen(OwnPage):
    """The one that stands, the new one, and a One-Time-Password."""

    where = "Profile › password"
    HEADING = "Change password"
    WORDS = "Four words that do not belong together make a good one.\nIt ends all your other sessions."
    BUTTON = "Change password"
    NEW = True

    async def change(self, otp: str) -> None:
        await self.context.client.change_password(self.text("password"), self.text("new_password"), otp)
        self.post_message(self.Closed("The new password stands; all other sessions ended."))


class NewAuthenticatorScreen(OwnPage):
    """Then its QR code; the one at hand counts until the new one is confirmed."""

    where = "Profile › authenticator"
    HEADING = "New authenticator"
    WORDS = "The one at hand counts until the new one is confirmed.\nA recovery code does where the phone is lost."
    BUTTON = "Go on"

    async def change(self, otp: str) -> None:
        client = self.context.client
        enrolment = await client.begin_otp(self.text("password"), otp)
        self.action_back()
        self.open(AuthenticatorScreen(enrolment, client.confirm_otp, own=True))
