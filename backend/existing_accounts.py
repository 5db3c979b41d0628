"""The existing ECP's accounts by ecpd's commands, while ecpd is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from backend.adapters.database import open_engine, refuse_others, sole_process
from backend.core.existing_accounts import ExistingAccounts
from backend.options import OPTIONS, in_words, with_
from backend.settings import Settings, load
from backend.wiring import open_platform


@contextmanager
def existing_accounts(settings: Settings) -> Iterator[ExistingAccounts]:
    """Raises `SettingsError` while an ecpd runs on this database."""
    with sole_process(settings.url):
        engine = open_engine(settings.url)
        try:
            refuse_others(engine)
        finally:
            engine.dispose()
    platform = open_platform(settings)
    try:
        clock = platform.services.clock
        yield ExistingAccounts(platform.store, clock, platform.ledger, platform.hasher)
    finally:
        platform.close()


def tell_all(accounts: ExistingAccounts) -> None:
    """A line each; closed ones say since when."""
    found = accounts.listed()
    for one in found:
        state = "open" if one.closed is None else f"closed since {one.closed:%Y-%m-%d %H:%M} UTC"
        click.echo(f"{one.login}  {one.company}  {', '.join(one.identity_codes)}  {one.name}  {state}")
    if not found:
        click.echo("The existing ECP has no accounts.")


@click.group("existing-accounts")
def existing_group() -> None:
    """Accounts of the existing ECP, which open its page and nothing else. Stop ecpd first."""


@existing_group.command("add")
@click.argument("login", metavar="COMPANY-NAME")
@click.argument("company")
@click.argument("name")
@click.option("--identity", "codes", multiple=True, required=True, help="An identity it submits for; may be repeated.")
@with_(OPTIONS)
@in_words
def add_existing(login: str, company: str, name: str, codes: tuple[str, ...], **flags: Any) -> None:
    """Make an account, and print its password, this once."""
    with existing_accounts(load(flags)) as accounts:
        password = accounts.add(login, company, name, codes)
    click.echo(f"{login.upper()} signs in with: {password}\nNobody sees this password again.")


@existing_group.command("list")
@with_(OPTIONS)
@in_words
def list_existing(**flags: Any) -> None:
    """All of them, with their identities."""
    with existing_accounts(load(flags)) as accounts:
        tell_all(accounts)


@existing_group.command("close")
@click.argument("login", metavar="COMPANY-NAME")
@with_(OPTIONS)
@in_words
def close_existing(login: str, **flags: Any) -> None:
    """Close an account; its login stays taken."""
    with existing_accounts(load(flags)) as accounts:
        accounts.close(login)
    click.echo(f"{login.upper()} is closed.")
