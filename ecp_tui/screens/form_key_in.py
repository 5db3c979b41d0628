"""Keying a form in: what it would change, line by line, before it goes to the operator's checker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import ApplyForm, Form, Line
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.form_draft import FORM_NAMES
from ecp_tui.screens.receipt import ASKING
from ecp_tui.widgets.table import Column, Row, Table, row
from ecp_tui.widgets.words import Words


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
        self._checked = False
        self._lines: dict[str, Line] = {}

    def body(self) -> Iterable[Widget]:
        yield Words("What the form changes", classes="title")
        yield Words(Content(f"for {self._forms[0].company}  {self._forms[0].company_name}"), classes="facts")
        columns = (Column("", 28), Column("Before", 20, grows=True), Column("After", 20, grows=True))
        yield Table(columns, id="lines", empty=ASKING)
        yield Words(id="whole")

    def on_mount(self) -> None:
        self.query_one("#lines").focus()
        self.show_keys()

    async def load(self, background: bool) -> None:
        """Asks for every form, so that what is wrong with the second is known before the first is keyed in."""
        rows: list[Row] = []
        for form in self._forms:
            lines = await self.context.client.check_form(form)
            rows.append(row(form.service, FORM_NAMES[form.service], heading=True))
            found = {f"{form.service}/{place}": line for place, line in enumerate(lines)}
            rows += [_row(key, line) for key, line in found.items()]
            self._lines |= found
        self._checked = True
        self.query_one("#lines", Table).show(rows)
        self.say("not keyed in yet · another operator approves it")
        self.show_keys()

    def on_table_moved(self, event: Table.Moved) -> None:
        """The whole line, where its columns cut it."""
        line = self._lines.get(event.row.key)
        words = f"{line.label}: {line.before or 'nothing'} → {line.after or 'nothing'}" if line else ""
        self.query_one("#whole", Words).update(Content(words))

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


def _row(key: str, line: Line) -> Row:
    label = Content.assemble(("! " if line.weighs else "  ", "$warning"), (line.label, "$muted"))
    before = Content.styled(f"− {line.before}", "$error") if line.before else Content("")
    after = Content.styled(f"+ {line.after}", "$success") if line.after else Content("")
    return row(key, label, before, after)
