"""Files to submit, made for today: right ones, and one for each way to be wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from backend.core.calendar import Calendar

_SERIES: Final = ("HSI", "HHI", "MHI", "HTI")
_NAMES: Final = ("Au", "Fong", "Kwong", "Leung", "Mok", "Tsang", "Yeung")
_GIVEN: Final = ("Chi Wai", "Ka Man", "Lok Yi", "Siu Ming", "Wai Han", "Wing Tung")


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


def open_positions(identity_code: str, day: date, rows: int) -> bytes:
    """A believable report of large open positions, each account and series once. The same for the same day."""
    made = random.Random(f"{identity_code}{day}")  # noqa: S311 - sample data, not a secret
    lines = ["account,series,long,short"]
    for number in range(rows):
        held, side = made.randrange(5, 900), made.randrange(2)
        account, series = f"A{number // len(_SERIES) + 1}", f"{_SERIES[number % len(_SERIES)]}{day:%y%m}"
        lines.append(f"{account},{series},{held * side},{held * (1 - side)}")
    return ("\r\n".join(lines) + "\r\n").encode()


def client_mapping(identity_code: str, day: date, rows: int) -> bytes:
    """A believable BCAN-CID mapping file: a header, clients, a trailer with their count. The same for the same day."""
    made = random.Random(f"{identity_code}{day}")  # noqa: S311 - sample data, not a secret
    lines = ["bcan,cid_type,country,cid,name,effective"]
    for number in range(rows):
        name = f"{made.choice(_NAMES)} {made.choice(_GIVEN)}"
        lines.append(f"{100_000 + number},1,HKG,A{made.randrange(10**6):06d}({made.randrange(10)}),{name},{day}")
    lines.append(f"TRL,{rows}")
    return ("\r\n".join(lines) + "\r\n").encode()


def samples(today: date, calendar: Calendar) -> list[Sample]:
    before, month = calendar.shifted(today, -1), today.replace(day=1)
    last_month = calendar.shifted(month, -1)
    right = stamp_duty_return("01234", today, 812)
    bcan, tomorrow = client_mapping("09999", today, 64), calendar.shifted(today, 1)
    return [
        Sample(f"SD1_01234_{today:%Y%m%d}.csv", "accepted in SD-1 with today's input date", right),
        Sample(f"SD1_01235_{today:%Y%m%d}.csv", "accepted for identity 01235", stamp_duty_return("01235", today, 164)),
        Sample(f"LOP_01234_{today:%Y%m%d}.csv", "accepted in LOP", open_positions("01234", today, 26)),
        Sample(
            f"LOP_01235_{today:%Y%m%d}.csv",
            "4514 with four findings, each with its row and column",
            spoilt(open_positions("01235", today, 18)),
        ),
        Sample(
            f"LOP_HBR01_{today:%Y%m%d}.csv",
            "4524, then accepted with an explanation, as HO01",
            grown(open_positions("HBR01", today, 12)),
        ),
        Sample(f"BCAN_09999_{today:%Y%m%d}.csv", "accepted in BCAN between 07:00 and 15:00, as TAI09", bcan),
        Sample(f"BCAN_09999_{tomorrow:%Y%m%d}.csv", "4514: cut off on its way, as TAI09", bcan[: len(bcan) // 2]),
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


def spoilt(report: bytes) -> bytes:
    """A report of positions as somebody leaves it who edits it by hand."""
    lines = report.decode().split("\r\n")
    for row, column, value in ((3, 2, "1,204"), (7, 1, ""), (11, 3, "n/a")):
        values = lines[row].split(",")
        values[column] = f'"{value}"' if "," in value else value
        lines[row] = ",".join(values)
    lines[15] = lines[14]
    return "\r\n".join(lines).encode()


def grown(report: bytes) -> bytes:
    """A report of positions of which one is larger than its folder expects, and may be right all the same."""
    lines = report.decode().split("\r\n")
    account, series, *_ = lines[4].split(",")
    lines[4] = f"{account},{series},128400,0"
    return "\r\n".join(lines).encode()


def write_samples(folder: Path, today: date, calendar: Calendar) -> list[Sample]:
    """Writes them all into `folder`, in place of whatever it held."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    made = samples(today, calendar)
    for sample in made:
        (folder / sample.name).write_bytes(sample.data)
    return made
