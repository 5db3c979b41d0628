"""What happened before today: submitted through the real service, with a clock set to then."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, time, timedelta
from functools import partial

from backend.contract.faults import Refused
from backend.contract.messages import Channel
from backend.core.actor import Actor
from backend.core.calendar import Calendar
from backend.core.claims import Claim, Upload
from backend.core.client_connect.standing import as_of_now
from backend.core.submissions import Submissions
from backend.demo.collected import Collected
from backend.demo.paperwork import Paperwork, age_key, lock_somebody
from backend.demo.past import Event, PastClock, actor_then
from backend.demo.publications import Published
from backend.demo.samples import grown, open_positions, spoilt, stamp_duty_return
from backend.demo.sign_ins import sign_ins
from backend.wiring import Platform

_DAYS = 8
_GROWN = "A client moved a book here from another firm; the exchange was told on the day before."


@dataclass(frozen=True, slots=True)
class _Act:
    """One file handed in at a time of day."""

    hour: int
    minute: int
    who: str
    folder: str
    name: str
    data: bytes
    identity_code: str
    channel: Channel = "console"
    explanation: str | None = None


def tell(platform: Platform, calendar: Calendar) -> None:
    """A week and a half: sign-ins; returns, most at once right; files published, fetched; change requests; a lock."""
    clock = PastClock(platform.services.clock.now())
    events = [*sign_ins(platform, clock, calendar), *_filings(platform, calendar, clock)]
    events += Published(platform, clock, calendar).events()
    events += Collected(platform, clock, calendar).events()
    events += Paperwork(platform, clock).events(calendar)
    for event in sorted(events, key=lambda event: event.at):
        clock.at = event.at
        event.act()
    lock_somebody(platform)
    age_key(platform, "CHAN01")


def _filings(platform: Platform, calendar: Calendar, clock: PastClock) -> Iterator[Event]:
    ledger = platform.ledger
    submissions = Submissions(platform.store, platform.vault, clock, calendar, ledger, as_of_now)
    today = calendar.today(clock.now())
    people = {who: actor_then(platform, who, clock.now()) for who in ("CHAN01", "LEE02", "TAI09", "HO01")}
    for back in range(_DAYS, 0, -1):
        day = calendar.shifted(today, -back)
        for act in _acts(day, back, calendar):
            at = calendar.instant(day, time(act.hour, act.minute, 7 * back % 60)).astimezone(UTC)
            claim = Claim(
                secrets.token_hex(16), act.folder, act.identity_code, day, act.name, explanation=act.explanation
            )
            who = replace(people[act.who], channel=act.channel)
            yield Event(at, partial(_submit, submissions, clock, who, claim, act.data))


def _acts(day: date, back: int, calendar: Calendar) -> list[_Act]:
    stamp, wrong = f"{day:%Y%m%d}", f"{calendar.shifted(day, -1):%Y%m%d}"
    first = stamp_duty_return("01234", day, 600 + 13 * back)
    report = open_positions("01235", day, 18)
    acts = [
        _Act(15, 26, "CHAN01", "SD-1", f"SD1_01234_{stamp}.csv", first, "01234"),
        _Act(15, 40, "CHAN01", "SD-1", f"SD1_01235_{stamp}.csv", stamp_duty_return("01235", day, 120 + back), "01235"),
        _Act(16, 5, "TAI09", "SD-1", f"SD_09999_{stamp}.csv", stamp_duty_return("09999", day, 40 + back), "09999"),
        *_positions(day, back),
    ]
    if back % 3 == 0:
        acts.insert(0, _Act(15, 2, "LEE02", "SD-1", f"SD1_01234_{stamp}.csv", first[:-9], "01234"))
    if back % 4 == 1:
        acts.insert(0, _Act(14, 51, "CHAN01", "SD-1", f"SD1_01234_{wrong}.csv", first, "01234"))
    if back == 2:  # noqa: PLR2004 - the day before yesterday
        acts.append(_Act(17, 55, "CHAN01", "LOP", f"LOP_01235_{stamp}.csv", spoilt(report), "01235"))
        acts.append(_Act(18, 20, "CHAN01", "LOP", f"LOP_01235_{stamp}.csv", report, "01235"))
    if back == 1:
        acts.append(_Act(18, 10, "CHAN01", "LOP", f"LOP_01235_{stamp}.csv", b"", "01235"))
    return acts


def _positions(day: date, back: int) -> Iterator[_Act]:
    """One report was larger than expected, and explained at once; the latest by SFTP still is to be."""
    names = (f"LOP_01234_{day:%Y%m%d}.csv", f"LOP_HBR01_{day:%Y%m%d}.csv")
    acme, harbour = open_positions("01234", day, 20 + back), open_positions("HBR01", day, 9 + back)
    if back == 1:
        yield _Act(17, 48, "CHAN01", "LOP", names[0], grown(acme), "01234", channel="sftp")
    else:
        yield _Act(17, 48, "CHAN01", "LOP", names[0], acme, "01234")
    if back == 3:  # noqa: PLR2004 - a while ago
        yield _Act(18, 3, "HO01", "LOP", names[1], grown(harbour), "HBR01", explanation=_GROWN)
    else:
        yield _Act(18, 3, "HO01", "LOP", names[1], harbour, "HBR01")


def _submit(submissions: Submissions, clock: PastClock, who: Actor, claim: Claim, data: bytes) -> None:
    try:
        upload = submissions.begin(who, claim)
        if isinstance(upload, Upload):
            upload.write(0, data)
            clock.at += timedelta(seconds=1)
            submissions.finish(who, upload)
    except Refused:
        return  # refused files are part of the history
