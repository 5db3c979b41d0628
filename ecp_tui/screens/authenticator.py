"""A new authenticator: its QR code and its secret, confirmed by one of its codes before it counts."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Final

from textual import events
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import Enrolment, RecoveryCodes
from ecp_tui.qr import QUIET, Glyphs, cells, margin, modules
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.demo_code import fill_in, hint
from ecp_tui.screens.recovery_codes import RecoveryCodesScreen
from ecp_tui.screens.recovery_page import RecoveryPage
from ecp_tui.widgets.button import Button
from ecp_tui.widgets.fault_panel import FaultPanel
from ecp_tui.widgets.filters import needs_ascii
from ecp_tui.widgets.form import Buttons, Form
from ecp_tui.widgets.password import OtpField
from ecp_tui.widgets.qr import QrCode
from ecp_tui.widgets.words import Words

_BESIDE: Final = 37
"""Cells that the words beside the code take, with the margins of the page."""
_LINES: Final = 3
"""Rows of the frame."""
_OTP_DIGITS: Final = 6


class AuthenticatorScreen(RecoveryPage):
    """The code stands on the left, black on white; beside it are the secret, the field and what was refused."""

    CSS_PATH: ClassVar = "authenticator.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    HELP_TOPIC: ClassVar[str] = "authenticator"
    where = "New authenticator"

    def __init__(
        self, enrolment: Enrolment, confirm: Callable[[str], Awaitable[RecoveryCodes]], *, own: bool = False
    ) -> None:
        """`confirm` gives the server a code of it; `own`: of the one who is signed in."""
        super().__init__()
        self._enrolment, self._confirm, self._own = enrolment, confirm, own
        self._matrix = modules(enrolment.uri)

    def body(self) -> Iterable[Widget]:
        with Horizontal(id="both"):
            yield from self._code(self.app.size)
            with VerticalScroll(id="beside", can_focus=False):
                yield Words(Content.styled("Add it to your authenticator", "bold"), classes="title")
                yield Words(self._how(self.app.size), id="how")
                yield Words(secret_words(self._enrolment.secret), id="secret")
                with Form():
                    yield Words("One-Time-Password it shows now", id="label")
                    yield OtpField(placeholder=hint(self.context, "6 digits"))
                    with Buttons():
                        yield Button("Confirm", id="confirm", primary=True)
                yield FaultPanel()

    # ── the code ─────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _glyphs(self) -> Glyphs:
        return "blocks" if needs_ascii(self.context.config.glyphs, os.environ) else "halves"

    def _margin(self, screen: Size) -> int | None:
        """How wide the code's margin may be here; `None` where the code cannot be shown at all."""
        if self.app.no_color:
            return None
        return margin(self._matrix, screen.width - _BESIDE, screen.height - _LINES, self._glyphs)

    def _code(self, screen: Size) -> Iterable[Widget]:
        quiet = self._margin(screen)
        if quiet is not None:
            yield QrCode(self._matrix, quiet=quiet, glyphs=self._glyphs, id="code")

    def _how(self, screen: Size) -> Content:
        if self._margin(screen) is not None:
            return Content("Scan it, or type this secret:")
        if self.app.no_color:
            return Content("Without colours no QR code is black on white: type the secret.")
        columns, rows = cells(self._matrix, QUIET[-1], self._glyphs)
        fits = f"{columns + _BESIDE}×{rows + _LINES}"
        return Content(f"The QR code needs a terminal of {fits}. Type the secret:")

    async def on_resize(self, event: events.Resize) -> None:
        """Painted anew where another margin fits, or none at all."""
        quiet = self._margin(event.size)
        shown = next(iter(self.query(QrCode)), None)
        if (shown.quiet if shown else None) != quiet:
            if shown is not None:
                await shown.remove()
            await self.query_one("#both").mount_all(self._code(event.size), before=0)
        self.query_one("#how", Words).update(self._how(event.size))

    # ── confirming ───────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        self.query_one(OtpField).focus()
        if self.context.demo:
            self.say(f"For {self._enrolment.login_id}. F9: the code that the demo's own authenticator shows.")
        else:
            self.say(f"For {self._enrolment.login_id}. It counts once you confirmed one of its codes.")

    def on_otp_field_code_wanted(self, event: OtpField.CodeWanted) -> None:
        """The secret on this page, not the one that still counts."""
        event.stop()
        client, secret = self.context.client, self._enrolment.secret
        fill_in(self.app, self.context, event.field, lambda: client.demo_code(secret))

    def on_form_completed(self) -> None:
        self.action_check()

    def hint_word(self, key: str) -> str:
        return "confirm" if key == "check" else super().hint_word(key)

    def action_check(self) -> None:
        otp = self.query_one(OtpField)
        if not (len(otp.code) == _OTP_DIGITS and otp.complete):
            otp.focus()
            self.say("Type the 6 digits that the authenticator shows now.")
            return
        self.ask(self._go_on(otp.code), group="recover")

    async def _go_on(self, otp: str) -> None:
        self.say("Confirming …")
        codes = await self._confirm(otp)
        self.action_back()
        self.open(RecoveryCodesScreen(codes, own=self._own))

    @property
    def fault_panel(self) -> FaultPanel:
        """Beside the code: below it, it would cut it off."""
        return self.query_one("#beside FaultPanel", FaultPanel)

    def clear_fault(self) -> None:
        super().clear_fault()
        self.remove_class("-refused")

    def show_fault(self, refused: Refused) -> None:
        self.add_class("-refused")
        otp = self.query_one(OtpField)
        otp.value = ""
        otp.focus()
        self.say("The authenticator counts once a code of it was right.")
        if self._own:
            EcpScreen.show_fault(self, refused)
        else:
            super().show_fault(refused)


def secret_words(secret: str) -> Content:
    """In groups of four, four a line: what can be read out and typed without losing the place."""
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    lines = [" ".join(groups[start : start + 4]) for start in range(0, len(groups), 4)]
    return Content.styled("\n".join(lines), "bold")
