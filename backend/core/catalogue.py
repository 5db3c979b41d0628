"""The catalogue: user types → functions → (folder, channel), and each folder's rule. Data, not code."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal

from backend.contract.faults import OUTSIDE_WINDOW, Refused
from backend.contract.rules.companions import companion_of, with_companions
from backend.contract.rules.content import ContentRule
from backend.contract.rules.routes import elsewhere
from backend.core.calendar import Calendar

Period = Literal["day", "month"]
ANY_FUNCTION: Final = "any"
COMPLETED_WITHIN: Final = timedelta(minutes=15)
"""Of its start, where the start of an upload counts."""


@dataclass(frozen=True, slots=True)
class Function:
    """What an account can be granted; `channels` are where it counts, `all_folders` that it needs no mapping."""

    code: str
    title: str
    channels: tuple[str, ...]
    all_folders: bool = False


@dataclass(frozen=True, slots=True)
class CutOff:
    """A time of day, so many trading days after the input date."""

    at: time
    trading_days_after: int = 0
    closes: bool = False
    """Whether nothing is taken after it; otherwise what comes later counts as late."""
    counts: Literal["completion", "start"] = "completion"
    """Which instant of a submission is held against it; a start counts where completion follows within 15 minutes."""
    remind: int = 60
    """Minutes before it, at which those who may file are reminded; 0: nobody is."""

    def counted(self, started: datetime, completed: datetime) -> datetime:
        """The instant that is held against it."""
        return started if self.counts == "start" else completed


@dataclass(frozen=True, slots=True)
class FolderRule:
    """One folder. Sizes in bytes; `window` is the time of day in which it is open."""

    code: str
    title: str
    direction: Literal["submission", "download"]
    functions: tuple[str, ...]
    channels: tuple[str, ...]
    user_types: tuple[str, ...]
    input_date_meaning: str
    patterns: tuple[str, ...] = ()
    period: Period = "day"
    trading_days_back: int = 10
    trading_days_ahead: int = 0
    cut_off: CutOff | None = None
    window: tuple[time, time] | None = None
    size_limit: int = 1 << 30
    route: Literal["ecp2", "existing"] = "ecp2"
    batch: str | None = None
    note: str = ""
    sample: bool = True
    content: ContentRule | None = None
    companions: tuple[str, ...] = ()
    """Endings of the empty files that may follow a file, `.ok` and its like."""
    owed_since: datetime | None = None
    """When filing in it became a duty here; nothing is owed whose cut-off was before. `None` means long ago."""

    @property
    def names(self) -> tuple[str, ...]:
        """The patterns of all names it takes."""
        return with_companions(self.patterns, self.companions)

    def limit_of(self, file_name: str) -> int:
        """The most bytes a file of this name may have: none, if it is a companion."""
        return self.size_limit if companion_of(file_name, self.companions) is None else 0

    def content_of(self, file_name: str) -> ContentRule | None:
        """What a file of this name must hold."""
        return self.content if companion_of(file_name, self.companions) is None else None

    def cut_off_of(self, input_date: date, calendar: Calendar, identity_code: str = "") -> datetime | None:
        """The cut-off that holds: the rule's, or a later one that a pair of operators gave."""
        if self.cut_off is None:
            return None
        said = self.cut_off_said(self.cut_off, input_date, calendar)
        extension = calendar.extension(self.code, input_date, identity_code)
        return max(said, extension.until) if extension else said

    def cut_off_said(self, rule: CutOff, input_date: date, calendar: Calendar) -> datetime:
        """As the rule has it. Where its day does not trade, the next one that does takes its place."""
        day = calendar.shifted(input_date, rule.trading_days_after)
        return calendar.instant(calendar.next(day), rule.at)

    def cut_offs_of(self, input_date: date, calendar: Calendar) -> list[datetime]:
        """All that hold for somebody, the first one first."""
        codes = calendar.extended(self.code, input_date) | {""}
        return sorted({at for code in codes if (at := self.cut_off_of(input_date, calendar, code)) is not None})

    def default_input_date(self, now: datetime, calendar: Calendar) -> date:
        """The latest input date that is there to be filed."""
        today = calendar.today(now)
        if self.period == "month":
            return today.replace(day=1) - timedelta(days=1)
        return calendar.latest(today)

    def obliging(self, before: FolderRule | None, now: datetime) -> FolderRule:
        """In place of `before`: where filing in it becomes a duty, it does so now."""
        since = before.owed_since if before is not None and before.obliges else now
        return replace(self, owed_since=since)

    @property
    def obliges(self) -> bool:
        """Whether those who hold its user types must file in it, here."""
        return self.cut_off is not None and self.direction == "submission" and self.route == "ecp2"

    @property
    def moved(self) -> bool:
        return self.route == "ecp2"

    def refuse_elsewhere(self, channel: str) -> None:
        """4510 on either side for a folder of the other."""
        if self.moved == (channel == "existing"):
            raise elsewhere(self.code, moved=self.moved)

    def refuse_outside(
        self,
        input_date: date,
        now: datetime,
        calendar: Calendar,
        identity_code: str = "",
        started: datetime | None = None,
    ) -> None:
        """Refuses with 4513 an input date or a moment that the folder does not take.

        `started`: when the bytes that are complete now began to come; `None` before any came.
        """
        extension = calendar.extension(self.code, input_date, identity_code)
        extended = extension is not None and now <= extension.until
        self._refuse_date(input_date, calendar.today(now), calendar, extended=extended)
        rule, cut_off = self.cut_off, self.cut_off_of(input_date, calendar, identity_code)
        said = self.cut_off_said(rule, input_date, calendar) if rule is not None else now
        if not (extended and now > said):  # beyond its cut-off an extension keeps the folder open
            self._refuse_closed(rule.counted(started or now, now) if rule is not None else now, calendar)
        if rule is not None and cut_off is not None and now > cut_off:
            self._refuse_after(rule, cut_off.astimezone(calendar.zone), input_date, started or now, now)

    def _refuse_closed(self, at: datetime, calendar: Calendar) -> None:
        local = at.astimezone(calendar.zone).time()
        if self.window is not None and not self.window[0] <= local < self.window[1]:
            opens, closes = (f"{at:%H:%M}" for at in self.window)
            raise Refused(
                OUTSIDE_WINDOW,
                what=f"Folder {self.code} is open from {opens} to {closes}; it is {local:%H:%M}.",
                fix=f"Submit the file between {opens} and {closes}.",
            )

    def _refuse_after(
        self, rule: CutOff, cut_off: datetime, input_date: date, started: datetime, completed: datetime
    ) -> None:
        """What comes after its cut-off: what began before it may still count, but nobody holds a file back for long."""
        counted = rule.counted(started, completed)
        if counted <= cut_off and completed - started > COMPLETED_WITHIN:
            raise Refused(
                OUTSIDE_WINDOW,
                what=f"The cut-off of {self.code} for {input_date} was {cut_off:%Y-%m-%d %H:%M}. The upload began "
                f"before it, and did not end within {COMPLETED_WITHIN.seconds // 60} minutes.",
                fix="Submit the file again: it counts as of when that begins.",
            )
        if rule.closes and counted > cut_off:
            raise Refused(
                OUTSIDE_WINDOW,
                what=f"The cut-off of {self.code} for {input_date} was {cut_off:%Y-%m-%d %H:%M}.",
                fix="Call the operator's support team: nothing is taken here after this cut-off.",
            )

    def _refuse_date(self, input_date: date, today: date, calendar: Calendar, *, extended: bool) -> None:
        closed = ""
        if self.period == "month":
            month_end = monthrange(input_date.year, input_date.month)[1]
            first = (today.replace(day=1) - timedelta(days=360)).replace(day=1)
            last = today.replace(day=monthrange(today.year, today.month)[1])
            fits = input_date.day == month_end and first <= input_date <= last
            takes = f"month ends from {first:%Y-%m} to {last:%Y-%m}"
        else:
            earliest = calendar.shifted(today, -self.trading_days_back)
            latest = calendar.shifted(today, self.trading_days_ahead)
            closed = calendar.why_not(input_date)
            fits = not closed and (extended or earliest <= input_date <= latest)
            takes = f"trading days from {earliest} to {latest}"
        if not fits:
            raise Refused(
                OUTSIDE_WINDOW,
                what=f"{self.code} takes {takes}; the input date says {input_date}{closed and f' ({closed})'}.",
                fix="Set the input date within these days, or choose another file.",
            )

    def rule_in_words(self) -> str:
        """The folder's dates and times, and what its files hold, in one sentence."""
        said: list[str] = []
        if self.cut_off is not None:
            after = self.cut_off.trading_days_after
            when = {0: "on the date", 1: "the next trading day"}.get(after, f"{after} trading days after")
            said.append(f"cut-off {self.cut_off.at:%H:%M} {when}")
            said += ["nothing after it"] if self.cut_off.closes else []
            said += ["the start of the upload counts"] if self.cut_off.counts == "start" else []
        if self.window is not None:
            said.append(f"open {self.window[0]:%H:%M}–{self.window[1]:%H:%M}")
        if self.direction == "submission" and self.period == "day":
            spans = [(self.trading_days_back, "back"), (self.trading_days_ahead, "ahead")]
            around = [f"{days} trading day{'s' * (days > 1)} {way}" for days, way in spans if days]
            said.append(" and ".join(["today", *around]))
        if self.content is not None:
            said.append(self.content.in_words())
        if self.companions:
            said.append(f"an empty {' or '.join(self.companions)} file may follow")
        if self.note:
            said.append(self.note)
        return "; ".join(said) or "no cut-off"


@dataclass(frozen=True)
class Catalogue:
    """All user types, functions and folders, as imported once and kept in the database."""

    user_types: Mapping[str, str]
    functions: Mapping[str, Function]
    folders: Mapping[str, FolderRule]

    @cached_property
    def interactive_functions(self) -> frozenset[str]:
        """The functions that let an account into ECP itself (FAQ Q6)."""
        return frozenset(code for code, function in self.functions.items() if "console" in function.channels)

    def opens(self, function: str, folder: FolderRule, channel: str) -> bool:
        """Whether holding `function` opens `folder` on `channel`."""
        held = self.functions.get(function)
        if held is None or channel not in held.channels or channel not in folder.channels:
            return False
        return held.all_folders or function in folder.functions or ANY_FUNCTION in folder.functions
