"""What a code from a mail opens: a new password, an unlocked account, an invitation, or a new authenticator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import PASSWORD_NOT_ACCEPTABLE, Refused
from backend.contract.messages import CodeFacts, Purpose, RecoveryCodes
from ecp_tui import wording
from ecp_tui.screens.authenticator import AuthenticatorScreen
from ecp_tui.screens.demo_code import fill_in, hint, of
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.password import OTP_WORDS, OtpField, PasswordField, length_note, long_enough
from ecp_tui.widgets.words import Words

GOOD_ONES: Final = "Four words that do not belong together make a good one."


@dataclass(frozen=True, slots=True)
class _Way:
    """How one purpose looks: whether the password is a new one, and whether a One-Time-Password goes with it."""

    where: str
    title: str
    words: str
    new: bool
    otp: bool
    button: str
    done: str = ""


_WAYS: Final[dict[Purpose, _Way]] = {
    "reset": _Way(
        "new password",
        "Choose a new password",
        f"{GOOD_ONES}\nIt ends all open sessions of the account.",
        new=True,
        otp=True,
        button="Set the password",
        done="The new password stands. Sign in with it and a new One-Time-Password.",
    ),
    "unlock": _Way(
        "unlock",
        "Unlock the account",
        "With the code, the password that stands and a One-Time-Password.",
        new=False,
        otp=True,
        button="Unlock",
        done="The account is unlocked. Sign in with a new One-Time-Password.",
    ),
    "invitation": _Way(
        "invitation",
        "Welcome",
        f"First choose a password; then your authenticator is set up.\n{GOOD_ONES}",
        new=True,
        otp=False,
        button="Go on",
    ),
    "enrolment": _Way(
        "authenticator",
        "Set up a new authenticator",
        "The one before no longer works. Type the password that stands first.",
        new=False,
        otp=False,
        button="Go on",
    ),
}


class CodeScreen(RecoveryPage):
    """One form for all four; the code itself is not shown any more."""

    CSS_PATH: ClassVar = "with_code.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "reveal")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "reveal", "back")

    def __init__(self, code: str, found: CodeFacts) -> None:
        super().__init__()
        self._code, self._found, self._way = code, found, _WAYS[found.purpose]
        self.where = f"Recover › {self._way.where}"

    def body(self) -> Iterable[Widget]:
        way, found = self._way, self._found
        welcome = f", {found.name}" if found.purpose == "invitation" else ""
        yield Words(Content.styled(f"{way.title}{welcome}", "bold"), classes="title")
        yield Words(self._about(), classes="facts")
        yield Words(way.words, id="words")
        with Form():
            yield Field("New password" if way.new else "Password", PasswordField(id="password"))
            if way.otp:
                yield Field("One-Time-Password", OtpField(placeholder=hint(self.context)))
            with Buttons():
                yield Button(way.button, id="go-on", primary=True)

    def _about(self) -> Content:
        """Whose it is, and how long the code is good."""
        found, zone = self._found, self.context.zone
        until = f"{wording.when(found.expires, zone).strip()} {wording.zone_name(found.expires, zone)}"
        who = f"{found.company_name} invites you as " if found.purpose == "invitation" else f"{found.company_name} · "
        return Content.assemble(who, (found.login_id, "bold $foreground"), f" · good until {until}")

    def on_mount(self) -> None:
        self.query_one(PasswordField).focus()
        self._note()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._note()
        self.say("")

    def _note(self) -> None:
        if self._way.new:
            self.query(Field).first().note = length_note(self._password)

    @property
    def _password(self) -> str:
        return self.query_one(PasswordField).value

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_otp_field_code_wanted(self, event: OtpField.CodeWanted) -> None:
        event.stop()
        fill_in(self.app, self.context, event.field, of(self.context, self._found.login_id))

    def on_form_completed(self) -> None:
        self.action_check()

    def hint_word(self, key: str) -> str:
        return self._way.button.lower() if key == "check" else super().hint_word(key)

    def action_check(self) -> None:
        if not self._password or (self._way.new and not long_enough(self._password)):
            self.query_one(PasswordField).focus()
            self.say("A password has 15 to 128 characters." if self._way.new else "The password is needed.")
            return
        if self._way.otp and not self.query_one(OtpField).complete:
            self.query_one(OtpField).focus()
            self.say(OTP_WORDS)
            return
        self.ask(self._go_on(), group="recover")

    async def _go_on(self) -> None:
        client, code, password = self.context.client, self._code, self._password
        self.say("Asking …")
        if not self._way.otp:
            enrolment = await client.begin_enrolment(code, password)
            self.say("")
            self.open(AuthenticatorScreen(enrolment, self._confirm))
            return
        otp = self.query_one(OtpField).code
        if self._found.purpose == "reset":
            await client.reset_password(code, password, otp)
        else:
            await client.unlock(code, password, otp)
        self.post_message(self.Recovered(self._found.login_id, self._way.done))

    async def _confirm(self, otp: str) -> RecoveryCodes:
        return await self.context.client.confirm_enrolment(self._code, self._password, otp)

    def show_fault(self, refused: Refused) -> None:
        """The password is kept; a One-Time-Password works once, so the next one is asked for."""
        super().show_fault(refused)
        self.say("")
        otp = next(iter(self.query(OtpField)), None)
        if refused.fault is PASSWORD_NOT_ACCEPTABLE or otp is None:
            self.query_one(PasswordField).focus()
        else:
            otp.value = ""
            otp.focus()
