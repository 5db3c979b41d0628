"""How a refusal is shown: number and title, what happened, and the remedy; never a bare code."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from backend.contract.faults import Refused


def fault_words(refused: Refused) -> Content:
    """Three paragraphs: number and title, what happened, what to do."""
    return Content.assemble(
        (f"✕ {refused.number}  {refused.title}", "bold $error"), f"\n{refused.what}", (f"\n{refused.remedy}", "bold")
    )


class FaultPanel(Widget):
    """The refusal of the last act, if it was one; takes no room otherwise."""

    refused: reactive[Refused | None] = reactive(None, layout=True)

    def render(self) -> RenderResult:
        return fault_words(self.refused) if self.refused is not None else ""

    def watch_refused(self, refused: Refused | None) -> None:
        self.display = refused is not None
