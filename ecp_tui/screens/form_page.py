"""What the pages of the form wizard share: one draft, their number, and where each form goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, TypeVar

from textual.content import Content

from backend.contract.faults import Refused
from backend.contract.messages import Service
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.form_draft import FormDraft
from ecp_tui.widgets.table import Table, row

LineT = TypeVar("LineT")
_SIGNS: Final = {"add": ("+", "$success"), "appoint": ("+", "$success"), "keep": (" ", ""), "remove": ("−", "$error")}


def asked_for(action: str | None) -> Content:
    """What is asked for a line, with its sign."""
    glyph, style = _SIGNS[action] if action else (" ", "$muted")
    return Content.styled(f"{glyph} {action or '–'}", style)


class FormPage(EcpScreen):
    """One step. What is answered goes into the draft at once, so that no way out of the page loses it."""

    HELP_TOPIC: ClassVar[str] = "form"

    @property
    def draft(self) -> FormDraft:
        if self.context.form is None:
            self.context.form = FormDraft()
        return self.context.form

    def step(self, name: str, number: int) -> str:
        """The page's place in the header: Forms › 2 of 5 company."""
        steps = 5 if "ecp" in self.draft.services or not self.draft.services else 4
        return f"Forms › {name}, {min(number, steps)} of {steps}"

    def hint_word(self, key: str) -> str:
        return "next" if key == "check" else ""

    def team(self, service: Service) -> str:
        """Where the form goes."""
        teams = self.context.landing.support if self.context.landing else ()
        return next((f"{one.name}, {one.email}" for one in teams if one.service == service), "the support team")


class LinesPage(FormPage):
    """The lines of one part of the form, each with what is asked for it; n adds one, x takes one off."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "check")
    HINTS: ClassVar[tuple[str, ...]] = ("submit", "reject", "check", "back")

    @property
    def lines(self) -> list[Any]:
        """The draft's own list."""
        raise NotImplementedError

    def shown(self) -> Iterable[tuple[str | Content, ...]]:
        """The cells of each line."""
        raise NotImplementedError

    def page_of(self, place: int | None) -> LinePage:
        """The page of one line; `None` for a new one."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_lines()
        self.table.focus()

    def on_screen_resume(self) -> None:
        self.show_lines()

    @property
    def table(self) -> Table:
        return self.query_one("#lines", Table)

    def show_lines(self) -> None:
        self.table.show([row(str(place), *cells) for place, cells in enumerate(self.shown())])
        self.say(f"{self.draft.words} · F8 goes on")
        self.show_keys()

    def hint_word(self, key: str) -> str:
        return {"submit": "add", "reject": "take off"}.get(key, super().hint_word(key))

    def reason(self, key: str) -> str:
        if key == "reject" and self.table.here is None:
            return "There is no line here."
        return super().reason(key)

    def on_table_opened(self, event: Table.Opened) -> None:
        self.open(self.page_of(int(event.row.key)))

    def action_submit(self) -> None:
        self.open(self.page_of(None))

    def action_reject(self) -> None:
        self.lines.pop(int(self.table.here_key))
        self.draft.touched()
        self.show_lines()


class LinePage(FormPage):
    """One line of a form on a page of its own: taken into the draft as a whole, or not at all."""

    CSS_PATH: ClassVar = "form_page.tcss"
    ACTS: ClassVar[tuple[str, ...]] = ("check",)
    HINTS: ClassVar[tuple[str, ...]] = ("check", "back")

    def __init__(self, place: int | None) -> None:
        """`place`: which line of the draft; `None` for a new one."""
        super().__init__()
        self.place = place

    def keep(self, lines: list[LineT], line: LineT) -> None:
        """Puts the line where it was, or at the end."""
        if self.place is None:
            lines.append(line)
        else:
            lines[self.place] = line

    def typed(self) -> tuple[str, ...]:
        """What the fields hold now."""
        raise NotImplementedError

    def take(self) -> None:
        """Puts it into the draft; refuses what does not fit, with the cursor on it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._before = self.typed()

    def hint_word(self, key: str) -> str:
        return "take it" if key == "check" else ""

    def on_input_changed(self) -> None:
        self.clear_fault()

    def on_form_completed(self) -> None:
        self.action_check()

    def action_check(self) -> None:
        try:
            self.take()
        except Refused as refused:
            self.show_fault(refused)
            return
        self.draft.touched()
        super().action_back()

    def action_back(self) -> None:
        """What was typed here is given up only when asked."""
        if self.typed() == self._before:
            super().action_back()
            return
        words = "This line is not on the form yet. F8 takes it."
        self.app.push_screen(ConfirmDialog("Forget what was typed?", words, yes="Forget the line"), self._forget)

    def _forget(self, sure: bool | None) -> None:
        if sure:
            super().action_back()
