"""What the exchange published in the demo's last days, what was fetched of it, and one file that was withdrawn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.client_connect.standing import as_of_now
from backend.core.downloads import Downloads
from backend.core.handing_out import HandingOut
from backend.core.keeping import Keeping
from backend.core.publishing import Publishing
from backend.core.publishing_notices import PublishingNotices
from backend.core.reading import Readings
from backend.core.stagings import Stagings
from backend.demo.past import Event, PastClock, actor_then
from backend.wiring import Platform

_DAYS: Final = 6
_IDENTITIES: Final = ("01234", "01235")
_LATEST: Final = 2
"""Trading days whose files nobody has fetched yet."""


_ANOTHER_FIRMS: Final = "The positions are another firm's."


class Published:
    """The exchange's side of the past: files by SFTP, fetched by ACME's people."""

    def __init__(self, platform: Platform, clock: PastClock, calendar: Calendar) -> None:
        store, ledger = platform.store, platform.ledger
        keeping, stagings = Keeping(store, platform.vault, lambda: True), Stagings(platform.vault)
        notices = PublishingNotices(platform.mailer)
        self._publishing = Publishing(store, keeping, stagings, clock, calendar, ledger, notices, as_of_now)
        handing_out = HandingOut(store, Readings(platform.vault), clock, ledger)
        self._downloads = Downloads(store, clock, handing_out, as_of_now, b"")
        self._calendar = calendar
        self._today = calendar.today(clock.now())
        operator, robot = (actor_then(platform, who, clock.now()) for who in ("OPER01", "ACMEBOT1"))
        self._operator = replace(operator, channel="sftp", source="10.20.9.7")
        self._robot = replace(robot, channel="sftp")
        self._chan = actor_then(platform, "CHAN01", clock.now())

    def events(self) -> Iterator[Event]:
        for back in range(_DAYS, 0, -1):
            day = self._calendar.shifted(self._today, -back)
            for code in _IDENTITIES:
                yield from self._trades(day, back, code)
            prices = f"CLP_{day:%Y%m%d}.csv"
            yield Event(self._at(day, 16, 52), partial(self._publish, "RPT-CLP", "ALL", prices, _prices(day)))
            if back > _LATEST:
                for code in _IDENTITIES:
                    yield Event(self._at(day, 17, 5), partial(self._fetch, self._robot, "RPT-CLP", code, prices))
            yield from self._positions(day, back)

    def _trades(self, day: date, back: int, code: str) -> Iterator[Event]:
        for hour, name in ((12, f"TRDAM_{code}_{day:%Y%m%d}.csv"), (16, f"TRD_{code}_{day:%Y%m%d}.csv")):
            yield Event(
                self._at(day, hour, 44), partial(self._publish, "RPT-TRD", code, name, _trades(day, code, hour))
            )
            if back > _LATEST:
                yield Event(self._at(day, hour, 58), partial(self._fetch, self._robot, "RPT-TRD", code, name))
                if code == _IDENTITIES[0]:
                    yield Event(self._at(day, 17, 20), partial(self._fetch, self._chan, "RPT-TRD", code, name))

    def _positions(self, day: date, back: int) -> Iterator[Event]:
        """The newest but one was another firm's: it was withdrawn before anybody fetched it."""
        name, data = f"LOPO_01234_{day:%Y%m%d}.csv", b"account,series,days_open\r\n" + b"A1,HSI2206,3\r\n" * back
        yield Event(self._at(day, 18, 30), partial(self._publish, "RPT-LOP", "01234", name, data))
        if back == _LATEST:
            withdraw = partial(self._publishing.withdraw, self._operator, "RPT-LOP", "01234", name, _ANOTHER_FIRMS)
            yield Event(self._at(day, 18, 41), withdraw)
        elif back > _LATEST:
            yield Event(self._at(day, 18, 55), partial(self._fetch, self._chan, "RPT-LOP", "01234", name))

    def _at(self, day: date, hour: int, minute: int) -> datetime:
        return self._calendar.instant(day, time(hour, minute)).astimezone(UTC)

    def _publish(self, folder: str, identity_code: str, name: str, data: bytes) -> None:
        upload = self._publishing.begin(self._operator, folder, identity_code, name)
        upload.write(0, data)
        self._publishing.finish(self._operator, upload, len(data))

    def _fetch(self, who: Actor, folder: str, identity_code: str, name: str) -> None:
        found = self._downloads.find(who, identity_code, folder, name)
        self._downloads.open(who, found).close()


def _trades(day: date, code: str, hour: int) -> bytes:
    made = random.Random(f"{code}{day}{hour}")  # noqa: S311 - sample data, not a secret
    lines = ["trade_date,time,stock_code,side,quantity,price"]
    for _ in range(made.randrange(80, 300)):
        at = f"{made.randrange(9, hour):02d}:{made.randrange(60):02d}"
        lines.append(
            f"{day},{at},{made.randrange(1, 3000):05d},{made.choice('BS')},"
            f"{made.randrange(1, 400) * 100},{made.randrange(100, 40000) / 100:.2f}"
        )
    return ("\r\n".join(lines) + "\r\n").encode()


def _prices(day: date) -> bytes:
    made = random.Random(f"prices{day}")  # noqa: S311 - sample data, not a secret
    lines = ["trade_date,stock_code,close"]
    lines += [f"{day},{stock:05d},{made.randrange(100, 60000) / 100:.2f}" for stock in range(1, 401)]
    return ("\r\n".join(lines) + "\r\n").encode()
