"""What the exchange collected in the demo's last days, and what it did besides: one file replayed, one returned."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

from backend.contract.faults import NOT_FOUND, Refused
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.claims import Claim, Upload
from backend.core.client_connect.standing import as_of_now
from backend.core.collecting import Collecting
from backend.core.handing_out import HandingOut
from backend.core.inbox import Inbox
from backend.core.inbox_notices import InboxNotices
from backend.core.reading import Readings
from backend.core.submissions import Submissions
from backend.demo.past import Event, PastClock, actor_then
from backend.demo.samples import stamp_duty_return
from backend.wiring import Platform

_Act = Callable[[Actor, int, str], object]
_DAYS: Final = 8
_FOLDERS: Final = ("SD-1", "LOP")
_WAITING: Final = "LOP"
"""Of yesterday still to be collected."""


class Collected:
    """Every evening by SFTP, what stands for the day; yesterday one folder was left, and one firm filed again later."""

    def __init__(self, platform: Platform, clock: PastClock, calendar: Calendar) -> None:
        ledger = platform.ledger
        handing_out = HandingOut(platform.store, Readings(platform.vault), clock, ledger)
        self._collecting = Collecting(platform.store, clock, handing_out, as_of_now)
        self._inbox = Inbox(platform.store, clock, ledger, InboxNotices(platform.mailer), as_of_now, b"")
        self._submissions = Submissions(platform.store, platform.vault, clock, calendar, ledger, as_of_now)
        self._calendar = calendar
        self._today = calendar.today(clock.now())
        first, second, tai = (actor_then(platform, who, clock.now()) for who in ("OPER01", "OPER02", "TAI09"))
        self._robot = replace(first, channel="sftp", source="10.20.9.7")
        self._operator, self._tai = second, tai

    def events(self) -> Iterator[Event]:
        for back in range(_DAYS, 0, -1):
            day = self._calendar.shifted(self._today, -back)
            folders = _FOLDERS if back > 1 else [folder for folder in _FOLDERS if folder != _WAITING]
            for minute, folder in enumerate(folders, 35):
                yield Event(self._at(day, 20, minute), partial(self._collect, folder, day))
        yesterday, before = (self._calendar.shifted(self._today, -back) for back in (1, 2))
        replay = partial(self._handle, self._inbox.replay, before, "Our intake lost the evening's second batch.")
        yield Event(self._at(before, 21, 5), partial(replay, "SD-1", "01234", f"SD1_01234_{before:%Y%m%d}.csv"))
        yield Event(self._at(before, 21, 20), partial(self._collect, "SD-1", before))
        yield Event(self._at(yesterday, 21, 10), partial(self._files_again, yesterday))
        give_back = partial(self._handle, self._inbox.give_back, yesterday, _MISSING)
        named = f"LOP_HBR01_{yesterday:%Y%m%d}.csv"
        yield Event(self._at(yesterday, 21, 30), partial(give_back, "LOP", "HBR01", named))

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return self._calendar.instant(day, time(hour, minute)).astimezone(UTC)

    def _collect(self, folder: str, day: date) -> None:
        """What waits for that date, whoever it is of."""
        for code in self._collecting.identities(self._robot, folder):
            try:
                found = self._collecting.files(self._robot, folder, code, day)
            except Refused as refused:
                if refused.fault is not NOT_FOUND:
                    raise
                continue  # nothing stands for it on that day
            for one in found:
                if not one.collected:
                    self._collecting.open(self._robot, folder, code, day, one.name).close()

    def _handle(self, act: _Act, day: date, reason: str, folder: str, code: str, name: str) -> None:
        one = self._collecting.find(self._robot, folder, code, day, name)
        act(self._operator, one.log_index, reason)

    def _files_again(self, day: date) -> None:
        """A correction after the evening's collection: it stands in the inbox, marked."""
        data = stamp_duty_return("09999", day, 44)
        name = f"SD_09999_{day:%Y%m%d}.csv"
        upload = self._submissions.begin(self._tai, Claim(secrets.token_hex(16), "SD-1", "09999", day, name))
        if isinstance(upload, Upload):
            upload.write(0, data)
            self._submissions.finish(self._tai, upload)


_MISSING: Final = "The positions of two option series are missing."
