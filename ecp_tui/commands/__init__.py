"""The tree of `ecp` commands; each lives in a module of its own that is loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

import click

_COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("demo", "Start a demo world on this computer and open the console in it."),
    "login": ("sessions", "Sign in and keep the session for later commands."),
    "logout": ("sessions", "End the session that login keeps."),
    "whoami": ("sessions", "Show who is signed in, and until when."),
    "folders": ("folders", "List the folders of your functions, with their rules."),
    "check": ("submissions", "Say what would become of a file, without sending it."),
    "submit": ("submissions", "Submit files."),
    "ls": ("downloads", "List published files."),
    "get": ("downloads", "Fetch a published file."),
    "activity": ("activity", "List activities: Activity Enquiry."),
    "users": ("users", "List users, show one, ask for changes, suspend."),
    "approvals": ("approvals", "List change requests, approve, reject or return them."),
    "keys": ("keys", "List SFTP keys, register, replace and revoke them."),
    "addresses": ("addresses", "List SFTP addresses, add and remove them."),
    "forms": ("forms", "List application forms, check one, key it in."),
    "profile": ("profile", "Show your own account and its sessions, end sessions."),
    "recover": ("recover", "Use a code from a mail, or ask for one."),
}


class LazyGroup(click.Group):
    """Knows every command's name and summary, and loads its module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(import_module(f"ecp_tui.commands.{_COMMANDS[cmd_name][0]}"), cmd_name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # only here: it reads the installed packages

        click.echo(f"ecp {version('ecp-platform')}")
        ctx.exit()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option("--profile", metavar="NAME", help="Take the server and settings of this profile.")
@click.option("--server", metavar="URL", help="The server, such as https://ecp.example.org:8443.")
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Trust the certificates in this file.")
@click.option("--at", type=click.Choice(["sign-in"]), help="Open the console at this page instead of the landing page.")
@click.option("--no-input", is_flag=True, help="Never ask.")
@click.pass_context
def ecp(
    ctx: click.Context, *, profile: str | None, server: str | None, ca_file: Path | None, at: str | None, no_input: bool
) -> None:
    """Submit files and find them again: the console of ECP 2.0, and its commands.

    Without a command the console opens.

    \b
    Examples:
      ecp --server https://ecp.example.org:8443
      ecp demo
    """
    if ctx.invoked_subcommand is None:
        from ecp_tui.commands.console import start  # a command must not pay for it

        ctx.exit(start(profile=profile, server=server, ca_file=ca_file, at=at, no_input=no_input))
