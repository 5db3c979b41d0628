"""A migration batch as it shall be: its folders, and the instant they move together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import PlanBatch
from ecp_tui import wording
from ecp_tui.pastes import find_moment
from ecp_tui.screens.deadline_forms import codes
from ecp_tui.screens.platform_form import PlatformForm, WrongField
from ecp_tui.screens.proposal_form import Kept, Reviewing
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.moment_field import MomentField


class PlanForm(PlatformForm):
    """Without an instant it is announced in due course: that is how a switch that must not happen is put off."""

    HELP_TOPIC: ClassVar[str] = "migrat"
    ASKS_REASON: ClassVar[bool] = False
    WRONG: ClassVar[dict[str, str]] = {"batch": "1 to 8 letters and digits", "folders": "such as NBCAN, DECL"}

    def __init__(
        self,
        reviewing: Reviewing,
        batch: str,
        folders: Sequence[str],
        at: datetime | None,
        *,
        note: str = "",
        kept: Kept | None = None,
    ) -> None:
        super().__init__(reviewing, kept)
        self._batch, self._folders, self._at, self._note_before = batch, folders, at, note
        self.where = f"Migration › batch {batch}"
        self.headline = "Plan a migration batch"

    def so_now(self) -> str:
        return "At that instant its folders are in ECP 2.0, and no more in the existing ECP. Empty: in due course."

    def begins(self) -> dict[str, str]:
        return {
            "batch": self._batch,
            "folders": ", ".join(self._folders),
            "at": f"{self.context.here(self._at):%Y-%m-%d %H:%M}" if self._at else "",
            "note": self._note_before,
        }

    def fields(self) -> Iterable[Field]:
        zone = wording.zone_name(self.context.now(), self.context.zone)
        yield Field("Batch", TextField(id="batch", placeholder="2", max_length=8))
        yield Field("Folders", TextField(id="folders", placeholder="NBCAN, DECL", max_length=2000))
        yield Field(f"Moves at ({zone})", MomentField(id="at", placeholder="2026-11-30 07:00", max_length=40))

    def noted(self, control: Widget) -> Content:
        if control.id != "at" or not isinstance(control, MomentField):
            return Content("")
        if not control.value.strip():
            return Content("in due course")
        now = self.context.now()
        at = find_moment(control.value, self.context.here(now))
        if at is None:
            return Content("")
        left = (at - now).total_seconds()
        return Content(f"in {wording.duration(left)}") if left > 0 else Content.styled("! has passed", "$warning")

    def made(self, values: dict[str, str]) -> PlanBatch:
        at = find_moment(values["at"], self.context.here(self.context.now())) if values["at"] else None
        if values["at"] and at is None:
            raise WrongField("at", "not an instant")
        return PlanBatch(batch=values["batch"], folders=codes(values["folders"]), at=at, note=values["note"])
