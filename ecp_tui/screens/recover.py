"""Recover: a code from a mail, or the way to get one where the password is forgotten (FAQ Q16 to Q19)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from backend.contract.faults import Refused
from backend.contract.rules.codes import LENGTH, read_code
from backend.contract.rules.contacts import phone_digits
from ecp_tui.pastes import code_in
from ecp_tui.screens.facts import facts
from ecp_tui.screens.form_draft import fitting
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.screens.with_code import CodeScreen
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.words import Words

_EXAMPLE: Final = "Phone such as 85221000000: country code first, without symbols and spaces."
_MARGINS: Final = 4
_ADVICE: Final = (
    (
        "No mail?",
        "Look in the junk and phishing filters for this sender and subject, and ask your IT department to release it.",
    ),
    (
        "Phone",
        "It must be the registered one. A delegated administrator's is the one in the application form; a business "
        "user's is known to the company's delegated administrators: ask them.",
    ),
    ("Newest", "Mails may lag, and only the newest one works. Wait a few minutes before asking again."),
    ("Whole", "Paste the whole code or the whole link: a part of it leads nowhere."),
)


class RecoverScreen(RecoveryPage):
    """One page, two ways. A code is looked at before anything is asked, and leads by what it is for."""

    CSS_PATH: ClassVar = "recover.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")

    def __init__(self, code: str = "", login_id: str = "") -> None:
        super().__init__()
        self._code, self._login_id = code, login_id

    def body(self) -> Iterable[Widget]:
        with Form(id="with-code"):
            yield Words(Content.styled("I have a code from a mail", "bold"), classes="part")
            code = TextField(self._code, id="code", placeholder="six groups of four", clean=code_in, max_length=200)
            yield Field("Code", code)
            with Buttons():
                yield Button("Use the code", id="use", primary=True)
        with Form(id="forgotten"):
            yield Words(Content.styled("Forgotten password", "bold"))
            yield Words(_EXAMPLE, classes="facts part")
            yield Field("Login ID", TextField(self._login_id, id="login_id", max_length=40))
            yield Field("Registered phone", TextField(id="phone", max_length=40))
            with Buttons():
                yield Button("Ask for the mail", id="ask")

    def on_mount(self) -> None:
        self.query_one("#code").focus()
        self._note_code()
        self.say("Nothing is used up by looking: a code counts once you go on with it.")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.query_one("#code").focus()

    # ── while it is typed ────────────────────────────────────────────────────────────────────────────────────

    def on_input_changed(self, event: Input.Changed) -> None:
        self.clear_fault()
        if event.input.id == "code":
            self._note_code()
        elif event.input.id == "phone":
            digits = phone_digits(event.value)
            self._row("phone").note = Content(digits if digits and digits != event.value.strip() else "")

    def _note_code(self) -> None:
        typed = self._text("code")
        try:
            read_code(typed)
        except Refused:
            count = sum(character.isalnum() for character in typed)
            self._row("code").note = Content(f"{count} of {LENGTH}" if typed else "")
        else:
            self._row("code").note = Content.styled("● complete", "$success")

    def _row(self, name: str) -> Field:
        return next(row for row in self.query(Field) if row.control.id == name)

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", TextField).value.strip()

    # ── going on ─────────────────────────────────────────────────────────────────────────────────────────────

    @on(Form.Completed, "#with-code")
    def use_code(self) -> None:
        self.ask(self._look(), group="recover")

    @on(Form.Completed, "#forgotten")
    def ask_for_mail(self) -> None:
        missing = next((name for name in ("login_id", "phone") if not self._text(name)), None)
        if missing is not None:
            self.query_one(f"#{missing}").focus()
            self.say("Login ID and registered phone are both needed.")
            return
        for name in ("login_id", "phone"):
            try:
                fitting(name, self._text(name))
            except Refused as refused:  # by its form alone: whether it exists is not said
                self.query_one(f"#{name}").focus()
                self.show_fault(refused)
                return
        self.ask(self._ask(), group="recover")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "ask":
            self.ask_for_mail()

    def action_check(self) -> None:
        focused = self.focused
        if focused is not None and self.query_one("#forgotten") in focused.ancestors:
            self.ask_for_mail()
        else:
            self.use_code()

    def hint_word(self, key: str) -> str:
        return "go on" if key == "check" else super().hint_word(key)

    async def _look(self) -> None:
        """1010 is found here, before anything is sent."""
        self.query_one("#code").focus()
        code = read_code(self._text("code"))
        self.say("Looking at the code …")
        found = await self.context.client.look_at_code(code)
        self.say("")
        self.open(CodeScreen(code, found))

    async def _ask(self) -> None:
        login_id = self._text("login_id").upper()
        self.say("Asking …")
        await self.context.client.ask_recovery(login_id, self._text("phone"))
        self.context.login_id = login_id
        self.say("")
        self.open(AskedScreen())

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        self.say("What you typed is kept.")


class AskedScreen(RecoveryPage):
    """What there is to know while one waits for the mail: the same whatever was true (FAQ Q18, Q19)."""

    CSS_PATH: ClassVar = "recover.tcss"
    HINTS: ClassVar[tuple[str, ...]] = ("back",)
    where = "Recover › mail"

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled("If both belong together, a mail is on its way", "bold"), classes="title")
        yield Words(id="advice")
        with Buttons():
            yield Button("I have the mail", id="have", primary=True)
            yield Button("Mailbox", id="mailbox")

    def on_mount(self) -> None:
        self.query_one("#mailbox").display = self.context.demo
        self.query_one("#mailbox" if self.context.demo else "#have").focus()
        self.say("The answer is the same whatever is true, so that nobody can try out login IDs.")
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        landing = self.context.landing
        sender, subject = (landing.mail_sender, landing.mail_subject) if landing else ("", "")
        rows: list[tuple[str, str | Content]] = [
            ("Sender", Content.styled(sender or "the sender of this platform's mails", "bold")),
            ("Subject", Content.styled(subject or "Forgotten password", "bold")),
        ]
        for name, words in _ADVICE:
            rows += [("", ""), (name, words)]
        self.query_one("#advice", Words).update(facts(rows, 10, within=self.app.size.width - _MARGINS))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_back()
        if event.button.id == "mailbox":
            self.go("mailbox")
