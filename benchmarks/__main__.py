"""`python -m benchmarks [--quick] [NAME…]`: measures, and writes the tables of docs/performance.md.

`--quick` runs everything small, prints the tables and writes nothing.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import (
    audits,
    console_ssh,
    enquiry,
    exchange,
    keys,
    ledger,
    memory,
    proofs,
    sftp,
    sign_ins,
    startup,
    strangers,
    submissions,
)
from benchmarks.measure import Table

_PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
_CLAIMS: Final[dict[str, Callable[[bool], list[Table]]]] = {
    "startup": startup.measure,
    "keys": keys.measure,
    "console_ssh": console_ssh.measure,
    "sign_ins": sign_ins.measure,
    "strangers": strangers.measure,
    "submissions": submissions.measure,
    "enquiry": enquiry.measure,
    "exchange": exchange.measure,
    "memory": memory.measure,
    "sftp": sftp.measure,
    "ledger": ledger.measure,
    "proofs": proofs.measure,
    "audits": audits.measure,
}
_SHOWN: Final = ("textual", "httpx", "fastapi", "uvicorn", "sqlalchemy", "asyncssh", "pydantic")


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    for name in [one for one in arguments if one != "--quick"] or _CLAIMS:
        start = time.monotonic()
        print(f"{name} …", flush=True)
        text = "\n".join(table.markdown() for table in _CLAIMS[name](quick))
        if quick:
            print(text)
        else:
            _write(name, f"{text}\n{_where()}\n")
        print(f"  {time.monotonic() - start:.0f} s", flush=True)


def _write(name: str, text: str) -> None:
    """Replaces what stands between the marks of this claim."""
    page = _PAGE.read_text("utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{_PAGE} has no marks {begin} … {end}")
    _PAGE.write_text(f"{before}{begin}\n{text}{end}{after}", "utf-8")


def _where() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _SHOWN)
    python = f"Python {platform.python_version()}"
    return f"*{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_machine()}; {python}, {versions}.*"


def _machine() -> str:
    told = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    models = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    what = f"{len(models)} × {models[0]}" if models else platform.machine()
    return f"{what}, {platform.system()} {platform.release()}"


if __name__ == "__main__":
    main(sys.argv[1:])
