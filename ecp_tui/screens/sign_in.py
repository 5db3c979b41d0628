"""Signing in to Client Connect: login ID, password and One-Time-Password on one form, with one generic failure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import LOCKED, SIGN_IN_EXPIRED, SIGN_IN_REFUSED, Refused
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.demo_code import fill_in, hint, of
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.recovering import recover_page
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.fault_panel import FaultPanel
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.password import OTP_WORDS, OtpField, PasswordField
from ecp_tui.widgets.words import Words

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import Me

BOOKMARK: Final = "none"


class SignInScreen(EcpScreen):
    """The one form of Client Connect. It waits five minutes; opened as a bookmark it has no session to wait for."""

    CSS_PATH: ClassVar = "sign_in.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check", "recover")
    HINTS: ClassVar[tuple[str, ...]] = ("check", "recover", "back")
    HELP_TOPIC: ClassVar[str] = "sign"
    where = "Client Connect"

    class SignedIn(Message):
        """All three belonged together, and the session is open; the person wanted to go to `then`."""

        def __init__(self, me: Me, then: str) -> None:
            super().__init__()
            self.me = me
            self.then = then

    def __init__(
        self, *, bookmarked: bool = False, login_id: str = "", demo_person: str = "", again: Refused | None = None
    ) -> None:
        """`again`: the session of `login_id` ended, and this page covers what was in front."""
        super().__init__()
        self._bookmarked = bookmarked
        self._login_id = login_id or demo_person
        self._demo_person = demo_person
        self._again = again
        self._then = "home"
        self._transaction = BOOKMARK
        self._waits_until: datetime | None = None
        self._code_works: datetime | None = None

    def body(self) -> Iterable[Widget]:
        with Form():
            yield Words(Content.styled("Sign in to Client Connect", "bold"), id="title")
            yield Words("for ECP 2.0", id="facts")
            yield Field("Login ID", TextField(self._login_id or self.context.login_id, id="login_id", max_length=40))
            yield Field("Password", PasswordField(id="password"))
            yield Field("One-Time-Password", OtpField(placeholder=hint(self.context)))
            with Buttons(id="send"):
                yield Button("Sign in", id="sign-in", primary=True)
                yield Button("Forgot password", id="forgot")
            with Buttons(id="ways"):
                yield Button("Landing page", id="landing", primary=True)
                yield Button("Client Connect menu", id="anew")

    def on_mount(self) -> None:
        self._offer_ways(False)
        first = "#password" if self._text("login_id") else "#login_id"
        self.query_one(first).focus()
        self.call_after_refresh(self.query_one(Form).scroll_home, animate=False)
        self.clear_fault()

    async def load(self, background: bool) -> None:
        """Begins the sign-in on the server; in the demo, fills the form."""
        if not self._bookmarked and self._waits_until is None:
            begun = await self.context.client.begin_sign_in()
            self._transaction, self._waits_until = begun.transaction, begun.expires
            until = self.context.here(begun.expires)
            self._facts(f"for ECP 2.0 · this page waits until {until:%H:%M}")
        if self._demo_person:
            await self._fill()

    async def _fill(self) -> None:
        filled = await self.context.client.demo_credentials(self._demo_person)
        self._code_works = self.context.now() + timedelta(seconds=filled.wait)
        self.query_one("#password", TextField).value = filled.password
        self.query_one("#otp", TextField).value = filled.otp
        if not filled.otp:
            self.say("There is no authenticator now: a mail in the demo's mailbox leads to one.")
        elif not filled.password:
            self.query_one("#password").focus()
            self.say("You chose this password in this demo: type it. The code is filled in.")
        else:
            self.query_one("#sign-in").focus()
            self.say("Filled in for the demo. Enter signs in.")

    def on_otp_field_code_wanted(self, event: OtpField.CodeWanted) -> None:
        """Of whoever is named on the form, who need not be the one whose session ended."""
        event.stop()
        fill_in(self.app, self.context, event.field, of(self.context, self._text("login_id")))

    # ── the form ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "login_id":
            self.context.login_id = event.value.strip().upper()

    def on_form_completed(self) -> None:
        self.action_check()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "forgot":
            self.run_worker(self.action_press("recover"))
        elif event.button.id == "landing":
            self.action_back()
        elif event.button.id == "anew":
            self._begin_again()

    def action_check(self) -> None:
        missing = next((name for name in ("login_id", "password", "otp") if not self._text(name)), None)
        if missing is not None:
            self.query_one(f"#{missing}").focus()
            self.say("Login ID, password and One-Time-Password are all needed.")
            return
        if not self.query_one(OtpField).complete:
            self.query_one(OtpField).focus()
            self.say(OTP_WORDS)
            return
        self.ask(self._sign_in(), group="sign-in")

    async def _sign_in(self) -> None:
        if self._code_works is not None and (wait := (self._code_works - self.context.now()).total_seconds()) > 0:
            self.say(f"Waiting {wait:.0f} s for a new One-Time-Password …")
            await asyncio.sleep(wait)
        self.say("Signing in …")
        password, otp = self._text("password"), self.query_one(OtpField).code
        ticket = await self.context.client.sign_in(self._transaction, self.context.login_id, password, otp)
        me = await self.context.client.open_session(ticket.ticket)
        self.post_message(self.SignedIn(me, self._then))

    def clear_fault(self) -> None:
        """What is left to say then is why one has to sign in again."""
        self.query_one(FaultPanel).refused = self._again

    def show_fault(self, refused: Refused) -> None:
        self.query_one(FaultPanel).refused = refused
        self.say("")
        if refused.fault is SIGN_IN_EXPIRED:
            self._offer_ways(True)
            self.query_one("#landing").focus()
        elif refused.fault in (SIGN_IN_REFUSED, LOCKED):
            otp = self.query_one(OtpField)
            otp.value = ""
            otp.focus()
            if refused.fault is LOCKED:
                self.say("F4 takes the code of the mail that was sent when it locked.")

    def action_back(self) -> None:
        """Over a covered page there is no way back but signing in, or giving the page up."""
        if self._again is None:
            super().action_back()
            return
        words = "What was on the page behind this form, and what was typed there, is forgotten."
        dialog = ConfirmDialog("Leave the page?", words, yes="Leave the page", no="Stay")
        self.app.push_screen(dialog, self._leave)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.post_message(self.SignedOut())

    def welcome(self, login_id: str, words: str) -> None:
        """Somebody can sign in again: the form begins anew, and says with what."""
        self._bookmarked, self._waits_until, self._demo_person = False, None, ""
        for field in self.query(TextField):
            field.value = login_id if field.id == "login_id" else ""
        self._offer_ways(False)
        self.query_one(PasswordField).focus()
        self.reload()
        self.say(words)

    def _begin_again(self) -> None:
        """The FAQ's other way: Client Connect first, then ECP in its menu."""
        self._bookmarked, self._waits_until, self._then = False, None, "client_connect"
        self._offer_ways(False)
        self.query_one("#password").focus()
        self.reload()

    def tick(self) -> None:
        super().tick()
        if self._waits_until is not None and self.context.now() >= self._waits_until:
            self._waits_until, self._transaction = None, BOOKMARK
            self._facts("for ECP 2.0")
            self.show_fault(Refused(SIGN_IN_EXPIRED))

    def _offer_ways(self, offered: bool) -> None:
        """After 1003 the buttons are the two ways in, in place of the form's own."""
        self.query_one("#ways").display = offered
        self.query_one("#send").display = not offered
        self.show_keys()

    def _facts(self, words: str) -> None:
        self.query_one("#facts", Words).update(Content(words))

    def _text(self, name: str) -> str:
        value = self.query_one(f"#{name}", TextField).value
        return value if name == "password" else value.strip()

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────

    def reason(self, key: str) -> str:
        if key == "check" and self.query_one("#ways").display:
            return "This sign-in expired: choose one of the two ways in."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "sign in" if key == "check" else ""

    def action_recover(self) -> None:
        self.open(recover_page(login_id=self._text("login_id")))
