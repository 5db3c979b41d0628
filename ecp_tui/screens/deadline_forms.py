"""Proposals about one deadline: a later cut-off, and identities that need not file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from textual.content import Content
from textual.widget import Widget

from backend.contract.messages import Exempt, ExtendCutOff
from ecp_tui import wording
from ecp_tui.pastes import find_moment
from ecp_tui.screens.platform_form import PlatformForm, WrongField
from ecp_tui.screens.proposal_form import Kept, Reviewing
from ecp_tui.widgets.field import Field, TextField
from ecp_tui.widgets.moment_field import MomentField

_LATER: Final = timedelta(hours=2)


class ExtendForm(PlatformForm):
    """One cut-off, two hours later unless somebody says otherwise; for all, or for some identities."""

    HELP_TOPIC: ClassVar[str] = "cut-off"
    WRONG: ClassVar[dict[str, str]] = {"identity_codes": "such as 01234, 01235"}

    def __init__(
        self,
        reviewing: Reviewing,
        folder: str,
        input_date: date,
        cut_off: datetime | None,
        *,
        identity_codes: tuple[str, ...] = (),
        asked: ExtendCutOff | None = None,
        kept: Kept | None = None,
    ) -> None:
        """`cut_off`: as it stands; `identity_codes`: whose, none for all; `asked`: what was proposed before."""
        super().__init__(reviewing, kept)
        self._folder, self._input_date, self._cut_off = folder, input_date, cut_off
        self._codes, self._asked = identity_codes, asked
        self.where = f"{folder} {input_date} › extend"
        self.headline = f"Extend the cut-off of {folder} for {wording.day(input_date)}"

    def begins(self) -> dict[str, str]:
        asked = self._asked
        until = asked.until if asked else self._cut_off + _LATER if self._cut_off else None
        return {
            "until": f"{self.context.here(until):%Y-%m-%d %H:%M}" if until else "",
            "identity_codes": ", ".join(asked.identity_codes if asked else self._codes),
            "reason": asked.reason if asked else "",
            "note": asked.note if asked else "",
        }

    def so_now(self) -> str:
        if self._cut_off is None:
            return ""
        return f"Now {wording.moment(self._cut_off, self.context.zone)}. ↑ ↓ change the time by half an hour."

    def fields(self) -> Iterable[Field]:
        zone = wording.zone_name(self.context.now(), self.context.zone)
        yield Field(f"Until ({zone})", MomentField(id="until", placeholder="YYYY-MM-DD HH:MM", max_length=40))
        yield Field("For", TextField(id="identity_codes", placeholder="all who file there", max_length=7000))

    def noted(self, control: Widget) -> Content:
        if control.id == "identity_codes" and isinstance(control, TextField):
            return Content("" if control.value.strip() else "everybody")
        if control.id != "until" or not isinstance(control, MomentField) or self._cut_off is None:
            return Content("")
        until = find_moment(control.value, self.context.here(self._cut_off))
        if until is None:
            return Content("")
        later = (until - self._cut_off).total_seconds()
        return Content(f"{wording.duration(later)} later") if later > 0 else Content.styled("! not later", "$warning")

    def made(self, values: dict[str, str]) -> ExtendCutOff:
        near = self.context.here(self._cut_off or (self._asked.until if self._asked else self.context.now()))
        until = find_moment(values["until"], near)
        if until is None:
            raise WrongField("until", "22:00, or with a date")
        return ExtendCutOff(
            folder=self._folder,
            input_date=self._input_date,
            until=until,
            identity_codes=codes(values["identity_codes"]),
            reason=values["reason"],
            note=values["note"],
        )


class ExemptForm(PlatformForm):
    """Identities that need not file for one input date."""

    HELP_TOPIC: ClassVar[str] = "cut-off"
    WRONG: ClassVar[dict[str, str]] = {"identity_codes": "such as 01234, 01235"}

    def __init__(
        self,
        reviewing: Reviewing,
        folder: str,
        input_date: date,
        *,
        identity_codes: tuple[str, ...] = (),
        asked: Exempt | None = None,
        kept: Kept | None = None,
    ) -> None:
        super().__init__(reviewing, kept)
        self._folder, self._input_date = folder, input_date
        self._codes, self._asked = identity_codes, asked
        self.where = f"{folder} {input_date} › exempt"
        self.headline = f"Exempt from {folder} for {wording.day(input_date)}"

    def begins(self) -> dict[str, str]:
        asked = self._asked
        return {
            "identity_codes": ", ".join(asked.identity_codes if asked else self._codes),
            "reason": asked.reason if asked else "",
            "note": asked.note if asked else "",
        }

    def fields(self) -> Iterable[Field]:
        yield Field("Who need not file", TextField(id="identity_codes", placeholder="01234, 01235", max_length=7000))

    def made(self, values: dict[str, str]) -> Exempt:
        return Exempt(
            folder=self._folder,
            input_date=self._input_date,
            identity_codes=codes(values["identity_codes"]),
            reason=values["reason"],
            note=values["note"],
        )


def codes(text: str) -> tuple[str, ...]:
    """Identity codes as people list them, each once."""
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[\s,;]+", text) if code))
