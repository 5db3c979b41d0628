"""Files to submit, made for today: right ones, and one for each way to be wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from backend.core.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Sample:
    """One file, and what becomes of it when it is submitted for its folder, 01234 and today."""

    name: str
    outcome: str
    data: bytes


def stamp_duty_return(identity_code: str, day: date, rows: int) -> bytes:
    """A believable stamp duty return: a header, trades, a trailer with the count. The same for the same day."""
    made = random.Random(f"{identity_code}{day}")  # noqa: S311 - sample data, not a secret
    lines = ["trade_date,stock_code,side,quantity,consideration,stamp_duty"]
    total = 0
    for _ in range(rows):
        consideration = made.randrange(1_000, 5_000_000)
        duty = -(-consideration // 1000)
        total += duty
        stock = f"{made.randrange(1, 3000):05d}"
        lines.append(f"{day},{stock},{made.choice('BS')},{made.randrange(1, 400) * 100},{consideration}.00,{duty}.00")
    lines.append(f"TOTAL,{rows},,,,{total}.00")
    return ("\r\n".join(lines) + "\r\n").encode()


def samples(today: date, calendar: Calendar) -> list[Sample]:
    before, month = calendar.shifted(today, -1), today.replace(day=1)
    last_month = calendar.shifted(month, -1)
    right = stamp_duty_return("01234", today, 812)
    return [
        Sample(f"SD1_01234_{today:%Y%m%d}.csv", "accepted in SD-1 with today's input date", right),
        Sample(f"SD1_01235_{today:%Y%m%d}.csv", "accepted for identity 01235", stamp_duty_return("01235", today, 164)),
        Sample(
            f"LOP_01234_{today:%Y%m%d}.csv", "accepted in LOP", b"account,series,long,short\r\nA1,HSI2612C,120,0\r\n"
        ),
        Sample(
            f"SD1_01234_{before:%Y%m%d}.csv",
            "4505 while the input date says today",
            stamp_duty_return("01234", before, 790),
        ),
        Sample(
            f"SD1_09999_{today:%Y%m%d}.csv", "4505: not an identity of Acme's", stamp_duty_return("09999", today, 20)
        ),
        Sample(f"stamp duty {today:%d %b}.csv", "4505: not a name SD-1 takes", right),
        Sample(f"SD_01234_{today:%Y%m%d}.csv", "4512: empty", b""),
        Sample(f"CPM_HBR01_{last_month:%Y%m}.xlsx", "accepted in CPM, as HO01", b"PK\x05\x06" + bytes(18)),
    ]


def write_samples(folder: Path, today: date, calendar: Calendar) -> list[Sample]:
    """Writes them all into `folder`, in place of whatever it held."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    made = samples(today, calendar)
    for sample in made:
        (folder / sample.name).write_bytes(sample.data)
    return made
