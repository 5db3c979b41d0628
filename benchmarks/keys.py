"""Key to repaint in the console, and what an idle console sends."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.measure import Table, median, ms, p95, process_cpu
from benchmarks.terminal import Terminal, terminal

_DOWN: Final = "\x1b[B"
_UP: Final = "\x1b[A"
_BACK: Final = "\x1b[Z"


def _to_repaint(screen: Terminal, key: str) -> float:
    """Seconds until the first bytes of the answer; the rest of it is read as well."""
    start = time.perf_counter()
    screen.press(key)
    assert screen.read(5), "nothing was repainted"
    taken = time.perf_counter() - start
    screen.settle(0.06)
    return taken


def measure(quick: bool = False) -> list[Table]:
    times = 20 if quick else 150
    idle_seconds = 3 if quick else 20
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        command = [sys.executable, "-m", "backend", "demo", "--json", "--data-dir", str(folder / "demo")]
        demo = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(demo.terminate)
        assert demo.stdout is not None
        server = json.loads(demo.stdout.readline())["http"]
        environ = {"ECP_CONFIG": str(folder / "none.toml"), "ECP_STATE_DIR": str(folder / "state")}
        screen = stack.enter_context(terminal([sys.executable, "-m", "ecp_tui", "--server", server], environ))
        screen.wait_for("CHAN01")
        screen.settle(1)
        places = [_to_repaint(screen, key) for _ in range(times // 2) for key in (_DOWN, _UP)]
        screen.press("\r")
        screen.wait_for("One-Time-Password")
        screen.settle(1)
        fields = [_to_repaint(screen, key) for _ in range(times // 2) for key in ("\t", _BACK)]
        screen.settle(1)
        cpu, start = process_cpu(screen.pid), time.monotonic()
        idle = 0
        while time.monotonic() < start + idle_seconds:
            idle += len(screen.read(0.2))
        cpu = (process_cpu(screen.pid) - cpu) / idle_seconds
    rows = [(words, ms(median(some)), ms(p95(some))) for words, some in _named(places, fields)]
    return [
        Table(
            "Key to repaint",
            ("work", "median", "p95"),
            tuple(rows),
            f"Goal: p95 at most 25 ms for one console. From the key to the first bytes of the repaint. Left alone for "
            f"{idle_seconds} s the sign-in page sent {idle} bytes and used {cpu * 100:.1f} % of a core.",
        )
    ]


def _named(places: list[float], fields: list[float]) -> list[tuple[str, list[float]]]:
    return [("up and down in a list", places), ("to the next field of a form and back", fields)]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
