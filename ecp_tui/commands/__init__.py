"""The tree of `ecp` commands; each lives in a module of its own that is loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Final

import click
from click.shell_completion import CompletionItem

from ecp_tui.commands.local import served, server_options
from ecp_tui.config import of_served

_COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("demo", "Start a demo world on this computer and open the console in it."),
    "login": ("sessions", "Sign in and keep the session for later commands."),
    "logout": ("sessions", "End the session that login keeps."),
    "whoami": ("sessions", "Show who is signed in, and until when."),
    "folders": ("folders", "List the folders of your functions, with their rules."),
    "check": ("submissions", "Say what would become of a file, without sending it."),
    "submit": ("submissions", "Submit files."),
    "explain": ("explain", "Say why what was found in an accepted file is right."),
    "ls": ("downloads", "List published files."),
    "get": ("downloads", "Fetch a published file."),
    "activity": ("activity", "List activities: Activity Enquiry."),
    "verify": ("verify", "Compare a file, or its SHA-256, with what was received."),
    "receipts": ("receipts", "List receipts, show one, save some."),
    "checkpoint": ("checkpoint", "Save what the log is now, or prove that it only grew since."),
    "audit": ("audit", "List the audit log, show an entry, export it, verify an export."),
    "inbox": ("inbox", "List submissions to collect, replay, withdraw, return: for operators."),
    "collect": ("inbox", "Pick up a submission, with a reason: for operators."),
    "publish": ("publish", "Publish a file to one or to many, withdraw it: for operators."),
    "migration": ("migration", "List which folders have moved to ECP 2.0, and when the others do."),
    "catalogue": ("catalogue", "List folders and their rules, try and propose one: for operators."),
    "users": ("users", "List users, show one, ask for changes, suspend."),
    "approvals": ("approvals", "List change requests, approve, reject or return them."),
    "keys": ("keys", "List SFTP keys, register, replace and revoke them."),
    "addresses": ("addresses", "List SFTP addresses, add and remove them."),
    "board": ("board", "Say who has filed and who has not: for operators."),
    "obligations": ("obligations", "List what is due by when; extend a cut-off, exempt."),
    "calendar": ("calendar", "Show holidays and closures; propose others."),
    "forms": ("forms", "List application forms, check one, key it in."),
    "profile": ("profile", "Show your own account and its sessions, end sessions."),
    "recover": ("recover", "Use a code from a mail, or ask for one."),
    "profiles": ("profiles", "List the servers you use, add, choose, remove one."),
    "doctor": ("doctor", "Look at terminal, server and settings, and say what to do."),
    "completion": ("completion", "Print what completes commands in bash, zsh or fish."),
    "web": ("web", "Serve the console to browsers."),
}
_OWN_COMPUTER: Final[dict[str, str]] = {
    "demo": "The demo runs on your own computer",
    "login": "You sign in where you connect",
    "logout": "The session ends with the connection",
    "profiles": "Profiles are kept on your own computer",
    "completion": "Completion is for the shell of your own computer",
    "web": "Serving browsers is for a computer of your own",
}
"""What is not there over SSH, and why."""


class LazyGroup(click.Group):
    """Knows every command's name and summary, and loads its module only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in _COMMANDS if not _absent(ctx, name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        if why := _absent(ctx, cmd_name):
            raise click.UsageError(why, ctx)
        found = getattr(import_module(f"ecp_tui.commands.{_COMMANDS[cmd_name][0]}"), cmd_name)
        return found if isinstance(found, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Names and summaries as they stand above: whoever types must not wait for modules."""
        own = [CompletionItem(name, help=said) for name, (_, said) in _COMMANDS.items() if name.startswith(incomplete)]
        return [*own, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _absent(ctx: click.Context, name: str) -> str:
    """Why a command is not there over SSH; nothing where it is."""
    there = served(ctx)
    if there is None:
        return ""
    if (there.page == "recover") != (name == "recover"):
        way = f"ssh -p {there.port} RECOVER@{there.host} recover CODE"
        return f"Over SSH recover has a way in of its own, for that alone: {way}"
    return f"{_OWN_COMPUTER[name]}: ecp {name} is not there over SSH." if name in _OWN_COMPUTER else ""


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # only here: it reads the installed packages

        click.echo(f"ecp {version('ecp-platform')}")
        ctx.exit()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@server_options
@click.option("--at", type=click.Choice(["sign-in"]), help="Open the console at this page instead of the landing page.")
@click.option("--no-input", is_flag=True, help="Never ask.")
@click.option("--accessible", is_flag=True, help="Plain prompts, one line an event; also by ACCESSIBLE=1.")
@click.pass_context
def ecp(
    ctx: click.Context,
    *,
    profile: str | None,
    server: str | None,
    ca_file: Path | None,
    at: str | None,
    no_input: bool,
    accessible: bool,
) -> None:
    """Submit files and find them again: the console of ECP 2.0, and its commands.

    Without a command the console opens.

    \b
    Examples:
      ecp --server https://ecp.example.org:8443
      ecp demo
    """
    if ctx.invoked_subcommand is None:
        from ecp_tui.commands.terminal import open_plain, wants_plain  # a command must not pay for it

        plain = wants_plain(accessible)
        if (there := served(ctx)) is not None:
            if plain:
                ctx.exit(open_plain(of_served(there)))
            raise click.UsageError("Over SSH the console opens on a terminal: ssh -t, and no command.", ctx)
        from ecp_tui.commands.console import start  # a command must not pay for it

        ctx.exit(start(profile=profile, server=server, ca_file=ca_file, at=at, no_input=no_input, plain=plain))
