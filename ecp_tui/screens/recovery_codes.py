"""Ten recovery codes, shown this once: to copy, to save, and to be kept where the phone is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import RecoveryCodes
from ecp_tui.saving import file_name
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.screens.save import keep
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.form import Buttons
from ecp_tui.widgets.words import Words

_WORDS = (
    "Each stands in for one One-Time-Password, once, where the phone is lost.\n"
    "They are shown this once: keep them where the phone is not."
)


class RecoveryCodesScreen(RecoveryPage):
    """Leaving it without having copied or saved them asks first."""

    CSS_PATH: ClassVar = "recovery_codes.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("copy", "save")
    HINTS: ClassVar[tuple[str, ...]] = ("copy", "save", "back")
    HELP_TOPIC: ClassVar[str] = "password"
    where = "Recovery codes"

    def __init__(self, codes: RecoveryCodes, *, own: bool = False) -> None:
        """`own`: of the one who is signed in; else its owner signs in now."""
        super().__init__()
        self._codes, self._own, self._kept = codes, own, False

    def body(self) -> Iterable[Widget]:
        yield Words(Content.styled("Ten recovery codes", "bold"), classes="title")
        yield Words(_WORDS, id="words")
        yield Words(_two_columns(self._codes.codes), id="codes")
        with Buttons():
            yield Button("I have kept them", id="kept", primary=True)
            yield Button("Copy", id="copy")
            yield Button("Save to a file", id="save")

    def on_mount(self) -> None:
        self.query_one("#kept").focus()
        self.query_one("#save").display = self.context.reach != "ssh"
        codes = "Those before are worth nothing now." if self._own else "Then sign in."
        self.say(f"The authenticator of {self._codes.login_id} counts. {codes}")

    # ── keeping them ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _text(self) -> str:
        lines = [f"Recovery codes of {self._codes.login_id}, {self.context.now():%Y-%m-%d}; each works once.", ""]
        return "\n".join([*lines, *self._codes.codes, ""])

    def reason(self, key: str) -> str:
        if key == "save" and self.context.reach == "ssh":
            return "Over SSH there is no folder of yours: copy them."
        return super().reason(key)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self._kept = True
        self.notify("Sent to the terminal's clipboard: ten codes.", markup=False)

    def action_save(self) -> None:
        name = file_name(f"recovery-codes-{self._codes.login_id}.txt")
        keep(self, "Save the recovery codes", name, lambda _: self._text.encode(), done=self._saved)

    def _saved(self, path: object) -> None:
        self._kept = self._kept or path is not None

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "kept":
            self._leave(True)
        else:
            self.run_worker(self.action_press(event.button.id or ""))

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────

    def action_back(self) -> None:
        if self._kept:
            self._leave(True)
            return
        words = "They are not shown again. Without them a lost phone means asking others for a new authenticator."
        self.app.push_screen(ConfirmDialog("Leave without the codes?", words, yes="Leave", no="Stay"), self._leave)

    def _leave(self, sure: bool | None) -> None:
        if not sure:
            return
        if self._own:
            EcpScreen.action_back(self)
        else:
            words = "Your authenticator is set up. Sign in with its next One-Time-Password."
            self.post_message(self.Recovered(self._codes.login_id, words))


def _two_columns(codes: tuple[str, ...]) -> Content:
    half = (len(codes) + 1) // 2
    lines = []
    for place, code in enumerate(codes[:half]):
        cells = [(f"{place + 1:>2}  ", "$muted"), (code, "bold")]
        if place + half < len(codes):
            cells += [(f"        {place + half + 1:>2}  ", "$muted"), (codes[place + half], "bold")]
        lines.append(Content.assemble(*cells))
    return Content("\n").join(lines)
