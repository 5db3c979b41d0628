"""From the start of the process: to the first painted screen, and to the answer of a command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.measure import Run, Table, child_cpu, interleaved, ms, process_cpu, ratio
from benchmarks.served import Served, ecpd
from benchmarks.terminal import terminal
from ecp_tui.config import SavedSession, load, save_session

_ECP: Final = [sys.executable, "-m", "ecp_tui"]


def _command(command: Sequence[str], environ: dict[str, str]) -> Callable[[], Run]:
    def run() -> Run:
        cpu, start = child_cpu(), time.perf_counter()
        subprocess.run(command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, check=True)
        return Run(time.perf_counter() - start, child_cpu() - cpu)

    return run


def _painted(command: Sequence[str], environ: dict[str, str], text: str) -> Callable[[], Run]:
    def run() -> Run:
        start = time.perf_counter()
        with terminal(command, environ) as screen:
            screen.wait_for(text)
            return Run(time.perf_counter() - start, process_cpu(screen.pid))

    return run


def measure(quick: bool = False) -> list[Table]:
    times = 3 if quick else 9
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        served = stack.enter_context(ecpd(folder / "data", 1))
        environ = _signed_in(folder, served)
        server = f"http://127.0.0.1:{served.port}"
        console = [*_ECP, "--server", server]
        empty = [sys.executable, "-m", "benchmarks.empty_app"]
        screens = _warm(
            {
                "landing": _painted(console, environ, "Client Connect"),
                "landing, empty": _painted([*empty, "landing"], environ, "Ready to be used"),
                "sign-in": _painted([*console, "--at", "sign-in"], environ, "One-Time-Password"),
                "sign-in, empty": _painted([*empty, "sign-in"], environ, "Ready to be used"),
            },
            times,
        )
        commands = _warm(
            {
                "import": _command([sys.executable, "-c", "import httpx, click"], environ),
                "version": _command([*_ECP, "--version"], environ),
                "activity": _command([*_ECP, "activity", "--json", "--server", server], environ),
                "python": _command([sys.executable, "-c", "pass"], environ),
            },
            times,
        )
    return [_screens(screens), _commands(commands)]


def _warm(variants: dict[str, Callable[[], Run]], times: int) -> dict[str, Run]:
    """As `interleaved`, after one run of each that does not count."""
    interleaved(variants, 1)
    return interleaved(variants, times)


def _signed_in(folder: Path, served: Served) -> dict[str, str]:
    """An environment whose `ecp` has a session with the server, and no settings of whoever runs this."""
    environ = {
        "ECP_CONFIG": str(folder / "config.toml"),
        "ECP_STATE_DIR": str(folder / "state"),
        "XDG_RUNTIME_DIR": "",
        # Compiled modules are kept, as in every installation, even where whoever measures keeps none.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    server = f"http://127.0.0.1:{served.port}"
    save_session(load(server=server, environ=environ), SavedSession(server, "FILER000", served.filers[0].token))
    return environ


def _screens(runs: dict[str, Run]) -> Table:
    rows = []
    for page in ("landing", "sign-in"):
        ours, peer = runs[page], runs[f"{page}, empty"]
        each = (ms(ours.wall), ms(peer.wall), ratio(ours.wall, peer.wall), f"{ms(ours.cpu)} against {ms(peer.cpu)}")
        rows.append((f"`ecp` to the {page} page", *each))
    return Table(
        "Process start to first painted screen",
        ("work", "ecp", "empty Textual app", "ratio", "CPU"),
        tuple(rows),
        "Goal: at most 1.3×. In a pseudo-terminal of 80×24, until the page's own words have arrived; the empty app has "
        "as many of the same widgets and nothing behind them.",
    )


def _commands(runs: dict[str, Run]) -> Table:
    peer = runs["import"]
    names = {"version": "`ecp --version`", "activity": "`ecp activity --json`, answered", "python": "`python -c pass`"}
    return Table(
        "Process start to a command's answer",
        ("work", "time", '`python -c "import httpx, click"`', "ratio", "CPU"),
        tuple(
            (words, ms(runs[name].wall), ms(peer.wall), ratio(runs[name].wall, peer.wall), ms(runs[name].cpu))
            for name, words in names.items()
        ),
        "Goal: at most 2×. The answer of `ecp activity` includes asking the server. Textual is never imported.",
    )


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
