"""What a terminal below 40 by 12 shows until it is larger: one line."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen

from ecp_tui.widgets.words import Words

LEAST: Final = Size(40, 12)


def too_small(size: Size) -> bool:
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmallScreen(ModalScreen[None]):
    """Covers the page, which stays as it is; the app takes the cover off."""

    AUTO_FOCUS: ClassVar[str | None] = ""

    def compose(self) -> ComposeResult:
        yield Words(Content(f"ECP needs {LEAST.width}×{LEAST.height}."))
