"""Keying a form in: what it would change, line by line, before it goes to the operator's checker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from backend.contract.faults import Refused
from backend.contract.messages import ApplyForm, Form, Line, Service
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.form_draft import FORM_NAMES
from ecp_tui.screens.receipt import ASKING
from ecp_tui.screens.request_words import diff
from ecp_tui.widgets.words import Words

_MARGINS: Final = 6


class FormKeyInScreen(EcpScreen):
    """The lines of each form; F8 makes one change request a form."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")
    where = "Forms › key in"

    def __init__(self, forms: tuple[Form, ...], received: str | None) -> None:
        """`received`: the SHA-256 of the file that came in, where the form was read from one."""
        super().__init__()
        self._forms, self._received = forms, received
        self._lines: dict[Service, list[Line]] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("What the form changes", classes="title")
        yield Words(Content(f"for {self._forms[0].company}  {self._forms[0].company_name}"), classes="facts")
        with VerticalScroll(id="scroll"):
            yield Words(ASKING, id="lines")

    def on_mount(self) -> None:
        self.query_one("#scroll").focus()
        self.show_keys()

    async def load(self, background: bool) -> None:
        """Asks for every form, so that what is wrong with the second is known before the first is keyed in."""
        for form in self._forms:
            self._lines[form.service] = await self.context.client.check_form(form)
        self._show()
        self.say("not keyed in yet · another operator approves it")
        self.show_keys()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        """The lines of each form below its name, once all are known."""
        if not self._checked:
            return
        parts: list[Content] = []
        for form in self._forms:
            parts += [Content.styled(FORM_NAMES[form.service], "bold")]
            parts += [diff(self._lines[form.service], self.app.size.width - _MARGINS), Content("")]
        self.query_one("#lines", Words).update(Content("\n").join(parts))

    @property
    def _checked(self) -> bool:
        return all(form.service in self._lines for form in self._forms)

    def show_fault(self, refused: Refused) -> None:
        super().show_fault(refused)
        if not self._checked:
            self.query_one("#lines", Words).update(Content(""))

    def reason(self, key: str) -> str:
        if key == "check" and not self._checked:
            return "The server has not said yet what the form changes."
        return super().reason(key)

    def hint_word(self, key: str) -> str:
        return "key in" if key == "check" else ""

    def action_check(self) -> None:
        self.ask(self._key_in(), group="key-in")

    async def _key_in(self) -> None:
        made: list[int] = []
        for form in self._forms:
            proposal = ApplyForm(form=form, sha256=self._received)
            made.append((await self.context.client.make_request(proposal)).id)
            self._forms = tuple(one for one in self._forms if one is not form)  # again, only what is left
        self.context.form = None
        self.go("forms", request=str(made[-1]))
