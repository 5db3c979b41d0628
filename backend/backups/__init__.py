"""Backups by ecpd's commands: taken while it serves, and restored onto either database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from backend.backups.folder import as_platform, chosen, refuse_damaged
from backend.backups.restoring import restore
from backend.backups.taking import Backup, back_up
from backend.options import OPTIONS, in_words, with_
from backend.settings import Settings, load

_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.command("backup")
@_FOLDER
@click.option("--keep", type=click.IntRange(1), help="Remove all but the newest N afterwards. Default: keep all.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@with_(OPTIONS)
@in_words
def backup_command(folder: Path, keep: int | None, as_json: bool, **flags: Any) -> None:
    """Back up database and files into FOLDER, while ecpd serves; exit 1 where a file is missing here already.

    Each backup has the database as it was at one instant (always as SQLite), the settings, and a signed checkpoint;
    files are copied once. The secrets are not in it: keep them at another place.
    """
    made = back_up(load(flags), folder, datetime.now(UTC), keep, _progress("Files of", quiet=as_json))
    click.echo(json.dumps(asdict(made), default=str) if as_json else _said(made))
    click.get_current_context().exit(int(bool(made.damaged)))


@click.command("restore")
@_FOLDER
@click.option("--of", "name", metavar="NAME", help="Which backup: its folder's name. Default: the newest.")
@with_(OPTIONS)
@in_words
def restore_command(folder: Path, name: str | None, **flags: Any) -> None:
    """Restore the newest backup of FOLDER into an empty data folder, or onto an empty database.

    All of it is proved first: the database and its checkpoint, and every file by its SHA-256. A backup of PostgreSQL
    restores onto SQLite, and the other way round: name the database with --database-url.
    """
    made = restore(folder, name, flags, _progress("Files of"))
    at = f"{made.checkpoint.at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(f"RESTORED  {made.checkpoint.size:,} entries and {made.files:,} files, as of {at}")
    for line in made.left:
        click.echo(f"  {line}")
    click.echo("  Prove it with ecpd check, look at it with ecpd doctor, then serve.")


def newest(folder: Path) -> Settings:
    """What reads the newest backup as if it were a platform; `SettingsError` where it is not what was backed up."""
    backup = chosen(folder.absolute(), None)
    refuse_damaged(backup)
    return as_platform(backup)


def _said(made: Backup) -> str:
    lines = [
        f"BACKED UP  {made.entries:,} entries, {made.files:,} files ({made.new:,} new, {made.bytes:,} bytes)",
        f"  {made.folder}",
    ]
    if made.damaged:
        lines += ["These files are damaged here and in no backup of today. Run ecpd check, and put back older copies:"]
    return "\n".join([*lines, *(f"  {one}" for one in made.damaged)])


def _progress(what: str, *, quiet: bool = False) -> Callable[[int, int], object]:
    def told(done: int, of: int) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r{what} {done:,} of {of:,} entries", nl=done >= of, err=True)

    return told


__all__ = ["backup_command", "newest", "restore_command"]
