"""Entries a second of `ecpd audit verify` and `ecpd check`, over a log of signed receipts whose files all lie there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from backend.core.activity_row import ACCEPTED, FETCHED
from backend.core.rows import Unit
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from benchmarks.databases import postgres
from benchmarks.enquiry import settle
from benchmarks.measure import Run, Table, child_cpu, interleaved
from benchmarks.submissions import today

_UNIT: Final = 500
_FILE: Final = 4096
_EMPTY: Final = "empty"


def _file(platform: Platform, number: int) -> dict[str, Any]:
    """The facts of one accepted file of 4 KiB, which lies in the vault."""
    data = number.to_bytes(8, "big") * (_FILE // 8)
    staging = platform.vault.stage()
    staging.write(0, data)
    day, sha256 = today(), hashlib.sha256(data).hexdigest()
    named = {"folder": "SD-1", "identity_code": "00001", "input_date": day, "file_name": f"SD1_{number}.csv"}
    kept = {"object_key": staging.keep(), "size": _FILE, "sha256": sha256, "submission": f"{number:032x}"}
    return {"company": "FIRM000", "login_id": "FILER000", "source": "10.1.2.3", "version": 1, **named, **kept}


def _fill(platform: Platform, count: int) -> None:
    """Half of them receipts, with their files; a fetch after each."""
    for start in range(0, count // 2, _UNIT):
        files = [_file(platform, number) for number in range(start, min(start + _UNIT, count // 2))]

        def unit(unit: Unit, files: list[dict[str, Any]] = files) -> None:
            now = platform.services.clock.now()
            rows = platform.ledger.record_all(unit, ACCEPTED, now, "http", files)
            fetched = [
                {"login_id": row.login_id, "company": row.company, "subject": str(row.log_index)} for row in rows
            ]
            platform.ledger.record_all(unit, FETCHED, now, "sftp", fetched)

        platform.store.write(unit)
    platform.services.checkpoints.make()
    settle(platform)


def _filled(folder: Path, url: str, count: int) -> list[str]:
    settings = Settings(data_dir=folder, database_url=url)
    initialise(settings)
    platform = open_platform(settings)
    try:
        with patch.object(os, "fsync"):  # no file need outlast this run
            _fill(platform, count)
    finally:
        platform.close()
    return ["--data-dir", str(folder), *(["--database-url", url] if url else [])]


def _ran(*command: str) -> Run:
    """The whole program, with its start; it must find everything right."""
    cpu, start = child_cpu(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "backend", *command, "--json"], capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - start
    assert done.returncode == 0, done.stdout + done.stderr
    json.loads(done.stdout)
    return Run(wall, child_cpu() - cpu)


def measure(quick: bool = False) -> list[Table]:
    count, times = (2_000, 1) if quick else (10_000, 3)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        empty = _filled(folder / "empty", "", 0)
        acts: dict[str, Callable[[], Run]] = {_EMPTY: lambda: _ran("audit", "verify", *empty)}
        databases: dict[str, Callable[[], str]] = {"SQLite": str, "PostgreSQL": fresh}
        for name, url in databases.items():
            where = _filled(folder / name, url(), count)
            acts[f"`ecpd audit verify`, {name}"] = partial(_ran, "audit", "verify", *where)
            acts[f"`ecpd check`, {name}"] = partial(_ran, "check", *where)
        runs = interleaved(acts, times)
    start = runs.pop(_EMPTY)
    return [
        Table(
            f"Auditing {count:,} entries",
            ("work", "time", "CPU", "CPU an entry", "entries a second of CPU", "CPU for a million entries"),
            tuple(_row(work, run, run.cpu - start.cpu, count) for work, run in runs.items()),
            f"Whole programs; an entry's share is what they need beyond an empty log's {start.cpu:.1f} s. Half of the "
            "entries are signed receipts, whose signatures are verified; `ecpd check` reads their files of "
            f"{_FILE // 1024} KiB too and takes their SHA-256. Each entry's text, hash and details are made anew, and "
            "every root that is kept of them.",
        )
    ]


def _row(work: str, run: Run, beyond: float, count: int) -> tuple[str, ...]:
    each = beyond / count
    told = f"{each * 1_000_000:.0f} µs", f"{1 / each:,.0f}", f"{each * 1_000_000 / 60:.1f} minutes"
    return (work, f"{run.wall:.1f} s", f"{run.cpu:.1f} s", *told)


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
