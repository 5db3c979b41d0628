"""The tree of `ecp`, walked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from ecp_tui.commands import ecp


def leaves(obj: object = None) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with its words; `obj` as the opening of a session over SSH says it."""
    context = click.Context(ecp, info_name="ecp", obj=obj)
    for name in ecp.list_commands(context):
        command = ecp.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from (((name, verb), found) for verb, found in command.commands.items())
        else:
            yield (name,), command


def words_for(command: click.Command, of: Any, value: str) -> Iterator[list[str]]:
    """For each parameter of that type: its command's words with the value there, whatever is needed filled in."""
    for target in (one for one in command.params if isinstance(one.type, of)):
        words: list[str] = []
        for parameter in command.params:
            if parameter is not target and not parameter.required:
                continue
            flag = [max(parameter.opts, key=len)] if isinstance(parameter, click.Option) else []
            words += [*flag, value if parameter is target else filled(parameter)]
        yield words


def filled(parameter: click.Parameter) -> str:
    """Something that the parameter takes."""
    if isinstance(parameter.type, click.IntRange):
        return str(max(1, int(parameter.type.min or 1)))
    return {"login_id": "CHAN01", "path": "-"}.get(parameter.type.name, "01234")
