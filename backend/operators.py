"""The operator's people by ecpd's commands: who is named, what is printed for them, and that ecpd is stopped."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import click
from pydantic import ValidationError

from backend.adapters.database import open_engine, refuse_others, sole_process
from backend.contract.messages import CreateUser
from backend.contract.rules.contacts import email_key, phone_digits
from backend.contract.rules.forms import FEWEST
from backend.core.client_connect.operators import Invitation
from backend.settings import Settings, SettingsError
from backend.wiring import open_platform

FORM: Final = "LOGIN_ID,NAME,EMAIL,PHONE"
_FIELDS: Final = {"login_id": "login ID", "name": "name", "email": "e-mail", "phone": "telephone"}
_LIFE: Final = "72 hours"
_RENEW: Final = "ecpd operators invite"


def named(said: Sequence[str]) -> list[CreateUser]:
    """Those of `--operator`, and on a terminal those that are asked for; exit 2 where two are not named."""
    people = [person(one) for one in said]
    while len(people) < FEWEST and sys.stdin.isatty():
        people.append(_asked_for(len(people) + 1))
    if len(people) < FEWEST:
        raise click.UsageError(
            f'Name two operators at least, as maker and checker: --operator "{FORM}", given twice or more.'
        )
    _refuse_alike(people)
    return people


def person(said: str) -> CreateUser:
    """`LOGIN_ID,NAME,EMAIL,PHONE`; the name may hold commas."""
    parts = [part.strip() for part in said.split(",")]
    if len(parts) < len(_FIELDS):
        raise click.UsageError(f'"{said}" is not {FORM}.')
    login_id, *name, email, phone = parts
    return _checked({"login_id": login_id, "name": ", ".join(name), "email": email, "phone": phone})


def mail_settings(settings: Settings, flags: Mapping[str, object]) -> dict[str, str]:
    """The sender of mails and its name, asked for on a terminal where no flag says them."""
    if not sys.stdin.isatty():
        return {}
    words = {"mail_sender": "Mails come from (address)", "mail_name": "Mails come from (name)"}
    return {
        name: click.prompt(asked, default=getattr(settings, name))
        for name, asked in words.items()
        if flags.get(name) is None
    }


def invite_first(settings: Settings, people: Sequence[CreateUser]) -> list[Invitation]:
    """The first operators of a new platform."""
    platform = open_platform(settings)
    try:
        return platform.operators.invite_first(people)
    finally:
        platform.close()


def invite(settings: Settings, who: Sequence[str]) -> list[Invitation]:
    """Break-glass. Raises `SettingsError` while an ecpd runs on this database."""
    people = {one.partition(",")[0].strip().upper(): person(one) if "," in one else None for one in who}
    with sole_process(settings.url):
        engine = open_engine(settings.url)
        try:
            refuse_others(engine)
        finally:
            engine.dispose()
    platform = open_platform(settings)
    try:
        return platform.operators.invite(people)
    finally:
        platform.close()


def tell(invited: Sequence[Invitation], settings: Settings) -> None:
    """Prints each code, this once, with what its owner types."""
    for one in invited:
        if one.code is None:
            click.echo(f"{one.login_id} was invited before, which stands; to renew it: {_RENEW} {one.login_id}")
        else:
            click.echo(f"{one.login_id} ({one.name}) begins with: ecp recover {one.code} --server {_server(settings)}")
    ends = [one.expires for one in invited if one.code is not None]
    if ends:
        click.echo(f"Each code works once, and ends in {_LIFE}: {_told(min(ends), settings)}. Nobody sees them again.")


def _asked_for(number: int) -> CreateUser:
    click.echo(f"Operator {number}, of two at least: one makes a request, the other checks it.")
    while True:
        try:
            return _checked({field: click.prompt(f"  {words}") for field, words in _FIELDS.items()})
        except click.UsageError as wrong:
            click.echo(wrong.message)


def _checked(facts: dict[str, str]) -> CreateUser:
    try:
        return CreateUser.model_validate({"account_kind": "operator", **facts})
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][-1])
        what = f'"{facts.get(field, "")}" is no {_FIELDS.get(field, field)}'
        raise click.UsageError(f"{what}: write {FORM}.") from None


def _refuse_alike(people: Sequence[CreateUser]) -> None:
    """Two operators are two people."""
    for said, values in (
        ("login ID", {one.login_id for one in people}),
        ("e-mail", {email_key(one.email) for one in people}),
        ("telephone", {phone_digits(one.phone) for one in people}),
    ):
        if len(values) < len(people):
            raise click.UsageError(f"Two operators have the same {said}: maker and checker are two people.")


def _server(settings: Settings) -> str:
    if settings.public_url:
        return settings.public_url
    scheme = "https" if settings.tls_certificate else "http"
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    return f"{scheme}://{host}:{settings.http_port}"


def _told(instant: datetime, settings: Settings) -> str:
    return f"{instant.astimezone(settings.zone):%d %b %Y %H:%M} {settings.timezone}"


def refuse_initialised(settings: Settings) -> None:
    """Raises `SettingsError` where the platform has its operators already."""
    platform = open_platform(settings)
    try:
        if len(platform.operators.standing()) >= FEWEST:
            raise SettingsError(
                "This data folder is initialised already. Run ecpd serve, or name another --data-dir. "
                f"Where an invitation was lost: {_RENEW} LOGIN_ID."
            )
    finally:
        platform.close()
