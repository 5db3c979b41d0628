"""`ecp demo`: starts `ecpd demo` as a program, opens the console in it, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

import click

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from ecp_tui.commands.terminal import open_console, open_plain, require_terminal, wants_plain
from ecp_tui.config import Config, load

_GOODBYE_SECONDS: Final = 10


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path), metavar="DIR", help="Keep the demo's data here.")
@click.option("--json", "as_json", is_flag=True, help="Write one line when ready, and run until interrupted.")
def demo(data_dir: Path | None, as_json: bool) -> None:
    """Start a demo world on this computer and open the console in it.

    Nothing is installed and nothing left behind; with --data-dir the data stays there.

    \b
    Examples:
      ecp demo
      ecp demo --data-dir ./demo --json
    """
    try:
        if as_json:
            code = _serve(data_dir)
        else:
            root = click.get_current_context().find_root().params
            plain = wants_plain(bool(root.get("accessible")))
            if not plain:
                require_terminal()
            code = play(load(), data_dir, plain=plain)
    except Refused as refused:
        click.echo(str(refused), err=True)
        code = int(refused.fault.exit)
    raise click.exceptions.Exit(code)


def play(config: Config, data_dir: Path | None, *, plain: bool = False) -> int:
    """The console in a demo world that lives as long as the console does."""
    click.echo("Starting the demo world on this computer; this takes a few seconds.", err=True)
    with _world(data_dir) as (ready, _):
        own = replace(config, server=str(ready["http"]), ca_file=None)
        return open_plain(own) if plain else open_console(own)


def _serve(data_dir: Path | None) -> int:
    with _world(data_dir) as (ready, process):
        click.echo(json.dumps(ready))
        return process.wait()


@contextmanager
def _world(data_dir: Path | None) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A running `ecpd demo`, ended and, unless it has a folder of its own, removed on the way out."""
    for name in ("SIGTERM", "SIGHUP"):  # a closed window, too, leaves nothing behind
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: sys.exit(0))
    with ExitStack() as stack:
        folder = str(data_dir) if data_dir else stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-demo-"))
        errors = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
        process = subprocess.Popen(  # noqa: S603  our own program, and a path that goes as one argument
            [*_ecpd(), "demo", "--json", "--data-dir", folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C at a prompt is for the prompt
        )
        stack.callback(_end, process)
        yield _ready(process, errors), process


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _ready(process: subprocess.Popen[str], errors: IO[str]) -> dict[str, Any]:
    line = process.stdout.readline() if process.stdout else ""
    try:
        found = json.loads(line)
        if isinstance(found, dict) and found.get("ready") is True:
            return found
    except ValueError:
        pass
    _end(process)
    errors.seek(0)
    said = errors.read().strip().splitlines()
    raise Refused(NOT_UNDERSTOOD, what=f"The demo did not start: {shown(said[-1]) if said else 'ecpd said nothing'}.")


def _ecpd() -> list[str]:
    """The `ecpd` beside this program; it runs on Linux and macOS."""
    if sys.platform == "win32":
        raise Refused(NOT_UNDERSTOOD, what="The demo's server runs on Linux and macOS; here, name one: --server URL.")
    beside = shutil.which("ecpd", path=str(Path(sys.executable).parent))
    return [beside] if beside else [sys.executable, "-m", "backend"]
