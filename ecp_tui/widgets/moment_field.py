"""An instant to type: a time of day, or a date with one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from ecp_tui.widgets.field import TextField

_STEP = timedelta(minutes=30)
_FORMAT = "%Y-%m-%d %H:%M"


class MomentField(TextField):
    """As 2026-11-23 22:00, in the server's zone; ↑ and ↓ change it by half an hour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(1)", "half an hour later", show=False),
        Binding("down", "move(-1)", "half an hour earlier", show=False),
    ]

    def action_move(self, steps: int) -> None:
        try:
            at = datetime.strptime(self.value.strip(), _FORMAT)
        except ValueError:
            return
        self.value = (at + steps * _STEP).strftime(_FORMAT)
        self.cursor_position = len(self.value)
