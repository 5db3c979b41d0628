"""What ecpd's commands have in common: their options, and that what an operator can put right is said in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from backend.adapters.database import SchemaMismatch
from backend.contract.faults import Refused
from backend.settings import SettingsError

F = TypeVar("F", bound=Callable[..., Any])
OPTIONS: Final = (
    click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything lies. Default: ./ecp-data"),
    click.option("--database-url", help="postgresql+psycopg://…; default: SQLite in the data folder."),
)
_PORT: Final = click.IntRange(0, 65535)
SERVE_OPTIONS: Final = (
    click.option("--http-host", help="Address of the HTTP API. Default: 127.0.0.1"),
    click.option("--http-port", type=_PORT, help="Default: 8443"),
    click.option("--tls-certificate", type=click.Path(path_type=Path, exists=True), help="PEM file."),
    click.option("--tls-key", type=click.Path(path_type=Path, exists=True), help="PEM file."),
    click.option("--trusted-proxy", help="Address or network of the proxy that ends TLS."),
    click.option("--ssh-host", help="Address of the SFTP endpoint. Default: 127.0.0.1"),
    click.option("--ssh-port", type=_PORT, help="Default: 2222"),
)


MAIL_OPTIONS: Final = (
    click.option("--mail-sender", help="Whom the mails of Client Connect come from: no-reply@your.domain"),
    click.option("--mail-name", help="The name they bear. Default: Client Connect"),
)


def with_(options: tuple[Callable[[F], F], ...]) -> Callable[[F], F]:
    def wrap(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return wrap


def in_words(command: F) -> F:
    """What an operator can put right is one line and exit 1, never a traceback."""

    @wraps(command)
    def run_it(*args: Any, **values: Any) -> Any:
        try:
            return command(*args, **values)
        except (SettingsError, SchemaMismatch) as error:
            raise click.ClickException(str(error)) from error
        except Refused as refused:
            raise click.ClickException(f"{refused.number} {refused.title}: {refused.what}") from refused
        except SQLAlchemyError as error:
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            raise click.ClickException(f"The database cannot be used: {said}") from error
        except OSError as error:
            raise click.ClickException(f"{error.strerror or error}: {error.filename or 'address'}") from error

    return run_it  # type: ignore[return-value]  # wraps keeps the signature
