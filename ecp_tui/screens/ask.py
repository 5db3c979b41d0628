"""Dialogs with one field: a reason, a note, a One-Time-Password, the end of a fingerprint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from backend.contract.faults import CONFIRM_WITH_OTP, SESSION_ENDED, SUSPENDED, Refused
from ecp_tui.screens.base import Console, EcpScreen
from ecp_tui.screens.demo_code import hint
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.field import TextField
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.password import OtpField
from ecp_tui.widgets.words import Words


class AskDialog(ModalScreen[str | None]):
    """One question, answered in words; Enter presses the button that says the consequence, Esc answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back")]

    def __init__(
        self,
        title: str,
        words: str | Content,
        *,
        yes: str,
        label: str,
        needed: bool = True,
        placeholder: str = "",
        clean: Callable[[str], str] = str.strip,
        max_length: int = 500,
    ) -> None:
        """`label` names the field; where the answer is `needed`, an empty one is not taken."""
        super().__init__()
        self._title, self._yes, self._label, self._needed = title, yes, label, needed
        self._words = Content(words) if isinstance(words, str) else words
        self._field: TextField = TextField(id="answer", placeholder=placeholder, clean=clean, max_length=max_length)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog ask"):
            yield Words(Content.styled(self._title, "bold"), classes="dialog-title")
            yield Words(self._words, classes="dialog-words")
            yield Words(Content.styled(self._label, "$raised"), classes="dialog-label")
            yield self._field
            yield Words(id="wrong", classes="dialog-wrong")
            with Buttons():
                yield Button(self._yes, id="yes", primary=True)
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        self.query_one("#wrong").display = False
        self._field.focus()

    def on_entered(self) -> None:
        self._answer()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Something else is being typed; an emptied field still says why it was."""
        if event.value:
            self.query_one("#wrong").display = False

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._answer()
        else:
            self.dismiss(None)

    def _answer(self) -> None:
        answer = self._field.clean(self._field.value)
        if self._needed and not answer:
            self.say_wrong(Content(f"{self._label} is needed."))
            self._field.focus()
        else:
            self.take(answer)

    def take(self, answer: str) -> None:
        self.dismiss(answer)

    def say_wrong(self, words: Content) -> None:
        wrong = self.query_one("#wrong", Words)
        wrong.update(Content.assemble(("✕ ", "$error"), words))
        wrong.display = True


class OtpDialog(AskDialog):
    """Asks for the One-Time-Password until the server takes one; its words about a wrong one stand below the field."""

    def __init__(self, words: str, confirm: Callable[[str], Awaitable[object]]) -> None:
        super().__init__(
            "Confirm with your One-Time-Password",
            words,
            yes="Confirm",
            label="One-Time-Password",
        )
        self._field = OtpField(id="answer", placeholder="6 digits")
        self._confirm = confirm
        self.ended: Refused | None = None
        """Why there is nothing left to confirm: the session is over."""

    def on_mount(self) -> None:
        super().on_mount()
        self._field.placeholder = hint(cast(Console, self.app).context, "6 digits")

    def take(self, answer: str) -> None:
        self.run_worker(self._try(answer), exclusive=True)

    async def _try(self, otp: str) -> None:
        try:
            await self._confirm(otp)
        except Refused as refused:
            if refused.fault in (SESSION_ENDED, SUSPENDED):
                self.ended = refused
                self.dismiss(None)
                return
            words = refused.what if refused.fault is CONFIRM_WITH_OTP else f"{refused.number}  {refused.what}"
            self.say_wrong(Content.assemble(words, "\n", (refused.remedy, "bold")))
            self._field.value = ""
            self._field.focus()
        else:
            self.dismiss(otp)


async def confirmed(page: EcpScreen, refused: Refused) -> bool:
    """After a 1006: asks for the One-Time-Password and gives it to the server; false where the person gives up."""
    dialog = OtpDialog(refused.what, page.context.client.confirm)
    answer = await page.app.push_screen_wait(dialog)
    if dialog.ended is not None:
        raise dialog.ended
    return answer is not None
