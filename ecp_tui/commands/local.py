"""What is on the computer that `ecp` runs on: its files, its settings. Over SSH that is the server, and nothing is."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.rules.shown import shown
from backend.contract.served import Served
from ecp_tui.pastes import last_part

STANDARD: Final = Path("-")
"""Standard input, or standard output."""
_Run = TypeVar("_Run", bound=Callable[..., Any])


def served(ctx: click.Context | None = None) -> Served | None:
    """What the opening said where this runs over SSH; `None` on somebody's own computer."""
    found = (ctx or click.get_current_context()).find_root().obj
    return found if isinstance(found, Served) else None


def read_local(path: Path, most: int = -1) -> bytes:
    """A file of the person's; refuses in words one that cannot be read."""
    try:
        with path.expanduser().open("rb") as file:
            return file.read(most)
    except FileNotFoundError as error:
        raise Refused(NOT_UNDERSTOOD, what=f"There is no file {shown(str(path), 200)}.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(path), 200)} cannot be read: {why}.") from error


class LocalFile(click.ParamType[Path]):
    """A path on the computer that `ecp` runs on. Over SSH there is none but -, whatever it may be called."""

    name = "path"

    def __init__(self, *, dash: bool = True, writes: bool = False) -> None:
        self._dash = dash
        self._writes = writes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if ctx is not None and (there := served(ctx)) is not None and not (self._dash and str(value) == "-"):
            raise click.UsageError(self._words(str(value), param, ctx, there), ctx)
        return Path(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]

    def _words(self, value: str, param: click.Parameter | None, ctx: click.Context, there: Served) -> str:
        if not self._dash:
            return _no_meaning(param, there)
        name = shlex.quote(last_part(value) or "FILE")
        words = " ".join(ctx.command_path.split()[1:])
        if self._writes:
            return f"Over SSH a file goes to standard output: {there.line} {words} … > {name}"
        named = f" --name {name}" if any(one.name == "name" for one in ctx.command.params) else ""
        option = f"{param.opts[0]} " if isinstance(param, click.Option) else ""
        return f"Over SSH a file comes by standard input: {there.line} {words} {option}-{named} < {name}"


class _ServerOption(click.Option):
    """Over SSH there is no choice of a server, and none is offered."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return super().get_help_record(ctx) if served(ctx) is None else None


def server_options(run: _Run) -> _Run:
    """Gives a command what says which server is meant; over SSH there is no choice."""
    which: dict[str, Any] = {"cls": _ServerOption, "callback": _refuse_served}
    for option in (
        click.option("--profile", metavar="NAME", help="Take the server and settings of this profile.", **which),
        click.option(
            "--ca-file", cls=_ServerOption, type=LocalFile(dash=False), metavar="FILE", help="Trust these certificates."
        ),
        click.option("--server", metavar="URL", help="The server, else the profile's.", **which),
    ):
        run = option(run)
    return run


def _refuse_served(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    if value is not None and (there := served(ctx)) is not None:
        raise click.UsageError(_no_meaning(param, there), ctx)
    return value


def _no_meaning(param: click.Parameter | None, there: Served) -> str:
    what = param.opts[0] if param is not None else "A file"
    return f"{what} has no meaning over SSH: the server is {there.host}, and its files are not yours."
