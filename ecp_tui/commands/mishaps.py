"""What a person sees when something failed that nobody foresaw: 9000 with a reference, and a log without secrets."""

from __future__ import annotations

import secrets
import traceback
from pathlib import Path

import click
import platformdirs

from backend.contract.faults import UNEXPECTED, Refused


def report(error: BaseException, *, kept: bool = True) -> int:
    """Writes the traceback, which holds no values, to a file of its own; says where; returns the exit code.

    Where it is not `kept` there is no file: over SSH this computer is not that of the one who reads.
    """
    reference = secrets.token_hex(4)
    refused = Refused(UNEXPECTED, reference=reference)
    click.echo(str(refused), err=True)
    if not kept:
        return int(refused.fault.exit)
    try:
        file = Path(platformdirs.user_state_path("ecp", appauthor=False)) / f"error-{reference}.log"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)), "utf-8")
        file.chmod(0o600)
        click.echo(f"Details: {file}", err=True)
    except OSError:
        click.echo("Details could not be written to a file.", err=True)
    return int(refused.fault.exit)
