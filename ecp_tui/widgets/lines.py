"""The three lines every screen has: row 1 says where and who, row 23 what the list is, row 24 what to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ecp_tui.widgets.keys import KEYS, footer_key

HINT_CELLS = 66
_APART, _SHORTEST = 2, 6


class TopLine(Widget):
    """Row 1: the program, the DEMO badge and the page on the left; company, login ID and end of session right."""

    ALLOW_SELECT: ClassVar[bool] = False
    where: reactive[str] = reactive("")
    demo: reactive[bool] = reactive(False)
    who: reactive[tuple[str, ...]] = reactive(())
    urgent: reactive[bool] = reactive(False)

    @property
    def _badge(self) -> str:
        return "bold reverse" if self.app.no_color else "bold $background on $warning"

    def render(self) -> RenderResult:
        badge = Content.styled(" DEMO ", self._badge) if self.demo else Content("")
        gap = " " if self.demo else ""
        left = Content.assemble((" ECP 2.0 ", "bold $accent"), badge, f"{gap} {self.where}")
        right = self._who(self.size.width - left.cell_length - _APART - 1)
        fill = max(1, self.size.width - left.cell_length - right.cell_length - 1)
        return Content.assemble(left, " " * fill, right, " ").truncate(self.size.width, ellipsis=True)

    def _who(self, room: int) -> Content:
        """As much of `who` as there is room for; what is shortened and then dropped first stands first."""
        words = list(self.who)
        while words and (over := Content(" · ".join(words)).cell_length - room) > 0:
            first = Content(words[0])
            left = first.cell_length - over
            if len(words) == len(self.who) > 2 and left >= _SHORTEST:  # noqa: PLR2004  the company leads
                words[0] = first.truncate(left, ellipsis=True).plain
                break
            words.pop(0)
        if not words:
            return Content("")
        *others, last = words
        lead = " · ".join([*others, ""]) if others else ""
        return Content.assemble((lead, "$muted"), (last, "bold $warning" if self.urgent else "$muted"))


class StatusLine(Widget):
    """Row 23: what the list is, or what happens next."""

    ALLOW_SELECT: ClassVar[bool] = False
    text: reactive[Content] = reactive(Content(""), always_update=True)

    def render(self) -> RenderResult:
        return Content.assemble(" ", self.text).truncate(self.size.width, ellipsis=True)


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint of the footer; greyed out where its act is not possible now."""

    id: str
    enabled: bool = True
    word: str = ""
    key: str = ""
    """The key where it was remapped."""


class KeyLine(Widget):
    """Row 24: F1 first, at most four acts of this screen, ^p last; the middle ones give way in narrow terminals."""

    ALLOW_SELECT: ClassVar[bool] = False
    hints: reactive[tuple[Hint, ...]] = reactive(())

    def render(self) -> RenderResult:
        return Content.assemble(" ", Content("  ").join(fitting(self.hints, self.size.width - 2)))


def fitting(hints: Sequence[Hint], cells: int) -> list[Content]:
    """The hints as shown, as many as fit; the last one (the menu) stays longest after the first."""
    shown = [_hint(hint) for hint in hints]
    while len(shown) > 1 and sum(hint.cell_length + 2 for hint in shown) - 2 > min(cells, HINT_CELLS):
        shown.pop(-2 if len(shown) > 2 else -1)  # noqa: PLR2004  first and last are kept
    return shown


def _hint(hint: Hint) -> Content:
    key = KEYS[hint.id]
    style = ("bold $accent", "$text") if hint.enabled else ("$muted", "$muted")
    return Content.assemble(
        (footer_key(hint.key) if hint.key else key.hint, style[0]), (f" {hint.word or key.word}", style[1])
    )
