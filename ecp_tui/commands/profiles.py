"""`ecp profiles`: several servers, each by a name of its own, with a session and a CA file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.rules.shown import shown
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.rows import table
from ecp_tui.config import Config, forget_session, load, read_session, read_toml, table_of, write_private
from ecp_tui.server import refuse_unusable

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


@click.group(cls=Noun)
def profiles() -> None:
    """List the servers you use, add one, choose one, remove one.

    A profile is a name for a server, and has a session of its own. Your own account is ecp profile.

    \b
    Examples:
      ecp profiles
      ecp profiles add test --server https://ecp-test.example.org:8443
      ecp whoami --profile test --json
    """


@profiles.command("list")
@command
async def list_(call: Call) -> Exit:
    """List the profiles, the one in force marked.

    \b
    Examples:
      ecp profiles
      ecp profiles list --json
    """
    items = [_data(call.config, name) for name in _names(call.config)]
    rows = [["", "PROFILE", "SERVER", "SIGNED IN", "CA FILE"]]
    for one in items:
        cells = (one["name"], one["server"], one["signed_in"], one["ca_file"])
        rows.append(["*" if one["in_force"] else "", *(str(cell or "–") for cell in cells)])
    call.answer({"items": items, "file": str(call.config.file)}, table(rows) if items else ())
    if not items:
        call.note("There is none: ecp profiles add NAME --server URL")
    return Exit.OK


@profiles.command()
@click.argument("name", metavar="NAME")
@command
async def add(call: Call, name: str) -> Exit:
    """Add a profile for --server, or name another server for it.

    \b
    Examples:
      ecp profiles add test --server https://ecp-test.example.org:8443
      ecp profiles add test --server https://ecp-test.example.org:8443 \\
          --ca-file test-ca.pem --json
    """
    given = click.get_current_context().params
    if given["server"] is None:
        raise click.UsageError("Name the server as well: --server URL")
    if _NAME.fullmatch(name) is None:
        raise click.UsageError(f"{name!r} is no name of a profile: letters, digits, - and _, at most 40.")
    config = replace(call.config, profile=name, server=str(given["server"]), ca_file=given["ca_file"])
    refuse_unusable(config)
    save_server(config, str(config.server), config.ca_file and config.ca_file.expanduser().absolute())
    return _told(call, name, "added")


@profiles.command()
@click.argument("name", metavar="NAME")
@command
async def use(call: Call, name: str) -> Exit:
    """Choose the profile that is taken where none is named.

    \b
    Examples:
      ecp profiles use test
      ecp profiles use test --json
    """
    if name not in _names(call.config):
        raise Refused(NOT_FOUND)
    with _edited(call.config.file) as document:
        document["profile"] = name
    return _told(call, name, "in-force")


@profiles.command()
@click.argument("name", metavar="NAME")
@command
async def remove(call: Call, name: str) -> Exit:
    """Remove a profile, and forget the session that is kept for it.

    \b
    Examples:
      ecp profiles remove test
      ecp profiles remove test --json
    """
    if name not in _written(call.config):
        raise Refused(NOT_FOUND)
    data = _data(call.config, name)
    forget_session(load(profile=name))
    with _edited(call.config.file) as document:
        del document["profiles"][name]
        if document.get("profile") == name:
            del document["profile"]
    call.answer({"state": "removed"} | data | {"in_force": False, "signed_in": None}, [f"Removed {name}."])
    if data["signed_in"]:
        call.note("Its session is forgotten here; on the server it ends by itself.")
    return Exit.OK


def save_server(config: Config, server: str, ca_file: Path | None = None) -> None:
    """Writes the server into the profile, leaving every other line of the file as its owner wrote it."""
    import tomlkit  # only writing needs it, and every command's start would pay for it

    with _edited(config.file) as document:
        found = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        section = found.setdefault(config.profile, tomlkit.table())
        section["server"] = server
        if ca_file is not None:
            section["ca_file"] = str(ca_file)


@contextmanager
def _edited(file: Path) -> Iterator[TOMLDocument]:
    """The settings file, to be changed; written at once when it was."""
    import tomlkit  # as above

    read_toml(file)  # says with words what is wrong with it
    document = tomlkit.parse(file.read_text("utf-8") if file.exists() else "")
    yield document
    try:
        write_private(file, tomlkit.dumps(document))
    except OSError as error:
        what = f"{shown(str(file), 200)} cannot be written: {error.strerror}."
        raise Refused(NOT_UNDERSTOOD, what=what) from error


def _written(config: Config) -> list[str]:
    return list(table_of(read_toml(config.file), "profiles", config.file))


def _names(config: Config) -> list[str]:
    """Those written, and the one in force where it has a server all the same."""
    written = _written(config)
    own = [config.profile] if config.profile not in written and config.server is not None else []
    return [*own, *written]


def _data(config: Config, name: str) -> dict[str, Any]:
    found = load(profile=name)
    session = read_session(found)
    return {
        "name": name,
        "server": found.server,
        "ca_file": str(found.ca_file) if found.ca_file else None,
        "in_force": name == config.profile,
        "signed_in": session.login_id if session else None,
    }


def _told(call: Call, name: str, state: str) -> Exit:
    config = load()
    data = _data(config, name)
    words = f"{name}: {data['server']}"
    call.answer({"state": state} | data, [f"{words}, in force" if data["in_force"] else words])
    if not data["in_force"] and not call.json:
        call.note(f"ecp profiles use {name} makes it the one that is meant; --profile {name} names it once.")
    return Exit.OK
