"""What every command shares: its server, its session, and how it answers people and programs."""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import click

from backend.contract.faults import SESSION_ENDED, Exit, Refused
from ecp_tui.client import EcpClient
from ecp_tui.commands.local import served, server_options
from ecp_tui.config import Config, forget_session, load, of_served, read_session
from ecp_tui.server import allowed

_P = ParamSpec("_P")


class Day(click.ParamType[date]):
    """A date as 2026-11-20."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-20", param, ctx)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command: what it may use, and where its words go."""

    config: Config
    json: bool
    no_input: bool

    @property
    def asks(self) -> bool:
        """Whether there is somebody to ask."""
        return not self.no_input and sys.stdin.isatty()

    def answer(self, data: Mapping[str, Any], lines: Iterable[str] = ()) -> None:
        """Data for programs or lines for people, on standard output alone."""
        if self.json:
            click.echo(json.dumps(data, ensure_ascii=False))
            return
        for line in lines:
            click.echo(line)

    def note(self, text: str) -> None:
        click.echo(text, err=True)

    def fault(self, refused: Refused, *, about: str = "") -> None:
        """A fault is data for a program; for a person a line on standard error, and one for each finding."""
        if self.json:
            click.echo(json.dumps(fault_data(refused) | ({"file_name": about} if about else {}), ensure_ascii=False))
        else:
            self.note(f"{about}: {refused}" if about else str(refused))
            for finding in refused.findings:
                self.note(f"  {finding}")

    @asynccontextmanager
    async def client(self, *, signed_in: bool = True) -> AsyncIterator[EcpClient]:
        """The server this call means, with the kept session; a session that has ended is forgotten."""
        session = read_session(self.config) if signed_in else None
        client = new_client(self.config, session.token if session else None)
        try:
            if signed_in and session is None:
                raise Refused(SESSION_ENDED)
            yield client
        except Refused as refused:
            if refused.number == SESSION_ENDED.number:
                forget_session(self.config)
                self.note(_signs_in(self.config))
            raise
        finally:
            await client.close()


def _signs_in(config: Config) -> str:
    """How to be signed in again."""
    if config.served is not None:
        return f"Not signed in: connect again with your password: {config.served.line}"
    return f"Not signed in to {config.server}: ecp login LOGIN_ID signs in."


def fault_data(refused: Refused) -> dict[str, Any]:
    return {
        "fault": {
            "number": refused.number,
            "title": refused.title,
            "what": refused.what,
            "remedy": refused.remedy,
            "details": refused.values | ({"findings": refused.findings} if refused.findings else {}),
        }
    }


def new_client(config: Config, token: str | None = None) -> EcpClient:
    """A client of the configured server; refuses where none is named, or its CA file cannot be used."""
    seat = config.served.seat if config.served is not None else None
    return EcpClient(allowed(config.server), token=token, ca_file=config.ca_file, seat=seat)


def command(run: Callable[Concatenate[Call, _P], Coroutine[Any, Any, Exit]]) -> Callable[_P, None]:
    """Gives a command the shared options and a `Call`, and ends the program with the exit code of its outcome."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with JSON on standard output.")
    @click.option("--no-input", is_flag=True, help="Never ask.")
    @server_options
    @functools.wraps(run)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> None:
        given = click.get_current_context().find_root().params
        options = {name: kwargs.pop(name, None) or given.get(name) for name in ("server", "ca_file", "profile")}
        as_json = bool(kwargs.pop("as_json", False))
        no_input = bool(kwargs.pop("no_input", False) or given.get("no_input"))
        try:
            there = served()
            config = of_served(there) if there else load(**options)  # type: ignore[arg-type]  # click gave each its type
            call = Call(config, as_json, no_input)
            code = asyncio.run(run(call, *args, **kwargs))
        except Refused as refused:
            unconfigured = Config(Path(), Path(), Path())
            Call(unconfigured, as_json, no_input).fault(refused)
            code = refused.fault.exit
        raise click.exceptions.Exit(int(code))

    return wrapped
