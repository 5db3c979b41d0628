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
    count, times = (2_000, 1) if quick else (50_000, 3)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        acts: dict[str, Callable[[], Run]] = {}
        for name, url in {"SQLite": str, "PostgreSQL": fresh}.items():
            where = _filled(folder / name, url(), count)
            acts[f"`ecpd audit verify`, {name}"] = lambda where=where: _ran("audit", "verify", *where)  # type: ignore[misc]  # bound now
            acts[f"`ecpd check`, {name}"] = lambda where=where: _ran("check", *where)  # type: ignore[misc]  # bound now
        runs = interleaved(acts, times)
    return [
        Table(
            f"Auditing {count:,} entries",
            ("work", "time", "entries a second", "CPU an entry", "a million entries"),
            tuple(_row(work, run, count) for work, run in runs.items()),
            "Whole programs, with their start. Half of the entries are signed receipts, whose signatures are verified; "
            f"`ecpd check` reads their files of {_FILE // 1024} KiB too and takes their SHA-256. Each entry's text, "
            "hash and details are made anew, and every root that is kept of them.",
        )
    ]


def _row(work: str, run: Run, count: int) -> tuple[str, ...]:
    rate = count / run.wall
    cpu = f"{run.cpu / count * 1_000_000:.0f} µs"
    return (work, f"{run.wall:.1f} s", f"{rate:,.0f}", cpu, f"{1_000_000 / rate / 60:.1f} minutes")


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
