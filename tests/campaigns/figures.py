"""What the campaigns counted, as a table of docs/performance.md where `ECP_WRITE_FIGURES=1` asks for it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tests.campaigns.invariant import Told

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_BEGIN, _END = "<!-- campaign -->", "<!-- /campaign -->"
_rows: list[str] = []


def add(fault: str, rounds: int, told: Iterable[Told], started: float) -> None:
    """One line: how often the fault was met, and what clients were told meanwhile; `started` by the monotonic clock."""
    accepted = refused = unanswered = 0
    for one in told:
        accepted += len(one.accepted)
        refused += len(one.refused)
        unanswered += len(one.unanswered)
    seconds = time.monotonic() - started
    _rows.append(f"| {fault} | {rounds} | {accepted} | {refused} | {unanswered} | {seconds:.0f} s |")


def write() -> None:
    """What another campaign wrote there stays."""
    if os.environ.get("ECP_WRITE_FIGURES") != "1" or not _rows:
        return
    head = "| fault | times | accepted | refused | never answered | time |\n|---|---|---|---|---|---|\n"
    before, _, rest = _PAGE.read_text("utf-8").partition(_BEGIN)
    stood, found, after = rest.partition(_END)
    assert found, f"{_PAGE} has no marks {_BEGIN} … {_END}"
    kept = [line for line in stood.strip().splitlines()[2:] if line.startswith("| ")]
    told = {line.split(" | ")[0]: line for line in [*kept, *_rows]}
    lines = "\n".join(told.values())
    table = f"{head}{lines}\n\n*Last {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores.*\n"
    _PAGE.write_text(f"{before}{_BEGIN}\n{table}{_END}{after}", "utf-8")
