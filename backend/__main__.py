"""ecpd's commands: serve, init, operators, catalogue, audit, keys, backup, restore, upgrade, doctor, check, demo."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from backend import backups, catalogue_file, holidays, logs, operators
from backend.audit_log import audit_group
from backend.contract.faults import Exit
from backend.contract.findings import Finding, as_data, as_lines, worst
from backend.demo.running import as_line, run_demo
from backend.doctor import examine, verify
from backend.existing_accounts import existing_group
from backend.options import MAIL_OPTIONS as _MAIL_OPTIONS
from backend.options import OPTIONS as _OPTIONS
from backend.options import SERVE_OPTIONS as _SERVE_OPTIONS
from backend.options import in_words as _in_words
from backend.options import with_ as _with
from backend.receipt_keys import keys_group
from backend.serving import Listening, end_on_signals
from backend.serving import serve as run
from backend.settings import SETTINGS_FILE, Settings, SettingsError, load
from backend.settings_file import write_new
from backend.wiring import initialise, initialised, open_platform, upgrade_database


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("ecp-platform"), prog_name="ecpd")
def main() -> None:
    """ecpd, the backend of the Electronic Communication Platform.

    To try it out: ecpd demo. To run it: ecpd init, once; ecpd serve; after a new version, ecpd upgrade.
    Every setting may also be written in the data folder's ecpd.toml, or set as a variable, such as ECPD_HTTP_PORT.
    """
    os.umask(0o077)


@main.command()
@_with(_OPTIONS)
@_with(_SERVE_OPTIONS)
@_with(_MAIL_OPTIONS)
@click.option(
    "--operator", "people", multiple=True, metavar=operators.FORM, help="One of the first operators; twice or more."
)
@_in_words
def init(people: tuple[str, ...], **flags: Any) -> None:
    """Make a data folder: settings, secrets, database, catalogue, and invitations for its first operators.

    What is given here is written into its ecpd.toml. After an interruption, run it again: it completes what is missing.
    """
    settings = load(flags)
    fresh = not (settings.data_dir / SETTINGS_FILE).exists()
    made = not fresh and initialised(settings)
    if made:
        operators.refuse_initialised(settings)
    invited = operators.named(people)
    if fresh:
        flags |= operators.mail_settings(settings, flags)
        settings = load(flags)
    written = write_new(settings)
    _refuse_other(written, settings, flags)
    if not made:
        initialise(settings)
    holidays.import_shipped(settings)
    operators.tell(operators.invite_first(settings, invited), settings)
    click.echo(f"Ready in {settings.data_dir}. Its settings stand in {written}.")
    click.echo(f"Start it with: ecpd serve --data-dir {settings.data_dir}")


@main.group("operators")
def operators_group() -> None:
    """The operator's own people, when nobody can sign in any more."""


@operators_group.command("invite")
@click.argument("who", nargs=-1, required=True, metavar=f"LOGIN_ID|{operators.FORM}...")
@_with(_OPTIONS)
@_in_words
def invite_operators(who: tuple[str, ...], **flags: Any) -> None:
    """Break-glass: invite operators without maker and checker. Stop ecpd first.

    A login ID alone lets an operator begin anew, with another password and authenticator, and ends a suspension. It
    leaves an entry in the audit log, and all operators and delegated administrators are told by mail.
    """
    settings = load(flags)
    operators.tell(operators.invite(settings, who), settings)
    click.echo("All operators and delegated administrators are told by mail once ecpd serves again.")


@main.group("catalogue")
def catalogue_group() -> None:
    """Folders, functions and their rules, as one file; ecpd may run. They are changed in the console, by two people."""


@catalogue_group.command("export")
@_with(_OPTIONS)
@_in_words
def export_catalogue(**flags: Any) -> None:
    """Print the catalogue as catalogue.toml would say it."""
    click.echo(catalogue_file.exported(load(flags)), nl=False)


class NoCatalogue(click.ClickException):
    """The file cannot be read as one: 1 is an answer here, as diff's."""

    exit_code = Exit.USAGE


@catalogue_group.command("diff")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_with(_OPTIONS)
def diff_catalogue(file: Path, **flags: Any) -> None:
    """Print what FILE says otherwise: - as it is, + as FILE has it. Exit 0: nothing, 1: something, 2: FILE is none."""
    try:
        lines = _in_words(lambda: catalogue_file.differences(load(flags), file))()
    except click.ClickException as error:
        raise NoCatalogue(error.message) from error
    for line in lines:
        click.echo(line)
    click.get_current_context().exit(int(bool(lines)))


main.add_command(existing_group)
main.add_command(audit_group)
main.add_command(keys_group)
main.add_command(backups.backup_command)
main.add_command(backups.restore_command)


@main.group("calendar")
def calendar_group() -> None:
    """The days on which nothing trades."""


@calendar_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_with(_OPTIONS)
@_in_words
def import_calendar(file: Path, **flags: Any) -> None:
    """Put a file's holidays in place of those of its year. Stop ecpd first; while it runs, operators do it in Calendar.

    The file is TOML: year = 2027, and a table [holidays] with lines such as 2027-01-01 = "The first day of January".
    """
    listed = holidays.import_file(load(flags), file)
    click.echo(f"{len(listed.holidays)} days of {listed.year} do not trade.")


@main.command("upgrade")
@_with(_OPTIONS)
@_in_words
def upgrade_schema(**flags: Any) -> None:
    """Bring the database of an older version up to this one. Stop ecpd and back up first."""
    upgrade_database(load(flags))
    click.echo("The database is up to date.")


@main.command()
@_with(_OPTIONS)
@_with(_SERVE_OPTIONS)
@_in_words
def serve(**flags: Any) -> None:
    """Serve the HTTP API and the SFTP endpoint until told to stop."""
    settings = load(flags)
    settings.refuse_unsafe()
    end_on_signals()
    logs.begin(settings.log_format, settings.log_level)
    platform = open_platform(settings)
    try:
        run(platform, lambda where: _announce(settings, where))
    finally:
        platform.close()


@main.command()
@_with(_OPTIONS)
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@_in_words
def doctor(as_json: bool, **flags: Any) -> None:
    """Look at folder, database, certificate, ports, mail, clock and consoles; exit 1 where something is wrong."""
    _tell(examine(load(flags)), as_json)


@main.command()
@_with(_OPTIONS)
@click.option("--quick", is_flag=True, help="Compare sizes alone, without reading every file.")
@click.option("--backup", type=click.Path(path_type=Path, file_okay=False), help="Of the newest backup in this folder.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@_in_words
def check(quick: bool, backup: Path | None, as_json: bool, **flags: Any) -> None:
    """Compare what lies on disk with the database: every file, and the log; exit 1 where something is wrong.

    Reads only, and may run while ecpd serves.
    """
    _tell(verify(backups.newest(backup) if backup else load(flags), contents=not quick), as_json)


@main.command()
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Keep the world here. Default: a folder that goes away."
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when ready; for programs.")
@_in_words
def demo(data_dir: Path | None, as_json: bool) -> None:
    """Serve a believable world on this machine, on free ports, until told to stop."""
    logs.begin(level="warning")
    end_on_signals()
    run_demo(data_dir, _print_ready if as_json else _print_words)


def _tell(found: list[Finding], as_json: bool) -> None:
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    lines = as_lines(found, columns=columns, ascii_only=ascii_only)
    click.echo(json.dumps(as_data(found), ensure_ascii=False) if as_json else "\n".join(lines))
    click.get_current_context().exit(int(worst(found) == "problem"))


def _refuse_other(written: Path, settings: Settings, flags: dict[str, Any]) -> None:
    """A settings file that was there stays, and would go on to say what it says."""
    stands = load({"data_dir": settings.data_dir}, {})
    other = [name for name, given in flags.items() if given and getattr(stands, name) != getattr(settings, name)]
    if other:
        raise SettingsError(f"{written} is there already and says otherwise: change {', '.join(other)} in it.")


def _announce(settings: Settings, where: Listening) -> None:
    there = [f"the existing ECP on {where.existing}"] if settings.existing_ecp_listen else []
    served = " and ".join([where.http, *there, *(f"{', '.join(one.services)} on {one}" for one in where.ssh)])
    click.echo(f"ecpd serves {served} from {settings.data_dir}")


def _print_ready(ready: dict[str, Any]) -> None:
    click.echo(as_line(ready))
    sys.stdout.flush()


def _print_words(ready: dict[str, Any]) -> None:
    click.echo(f"The demo is at {ready['http']}. Open its console with: ecp --server {ready['http']}")
    click.echo(f"Files to try lie in {ready['samples']}. End it with ctrl+c.")


if __name__ == "__main__":
    main()
