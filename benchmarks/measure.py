"""How things are measured: interleaved, repeated, medians beside 95th percentiles, CPU seconds beside wall time."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """One table of docs/performance.md; `words` says below it what was done."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: str = ""

    def markdown(self) -> str:
        lines = [f"### {self.title}", "", "| " + " | ".join(self.columns) + " |", "|---" * len(self.columns) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        return "\n".join([*lines, "", *([self.words, ""] if self.words else [])])


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took, in seconds; `cpu` of the process that did the work."""

    wall: float
    cpu: float


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def child_cpu() -> float:
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def process_cpu(pid: int, *, children: bool = False) -> float:
    """CPU seconds a running process and its threads have used; with those of its `children` that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if children else 13])) / 100


def children_of(pid: int) -> list[int]:
    """The processes it has started and that still run."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]


def resident(pid: int, field: str = "VmRSS") -> float:
    """MiB of memory: now (`VmRSS`) or at most so far (`VmHWM`)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(f"{field}:"))


def interleaved(variants: Mapping[str, Callable[[], Run]], times: int) -> dict[str, Run]:
    """The median run of every variant; they take turns, so that a busy moment of the machine touches all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in variants}
    for _ in range(times):
        for name, variant in variants.items():
            runs[name].append(variant())
    return {
        name: Run(median([one.wall for one in some]), median([one.cpu for one in some])) for name, some in runs.items()
    }


def timed(act: Callable[[], object], times: int, warm: int = 3) -> list[float]:
    """Seconds of each of `times` calls, after some that do not count."""
    for _ in range(warm):
        act()
    gc.collect()
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return taken


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


def ratio(ours: float, peer: float) -> str:
    return f"{ours / peer:.2f}×"
