"""All that `ecpd doctor` looks at, in the order it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from backend.adapters.database import DatabaseStore, SchemaMismatch, check_schema
from backend.contract.findings import Finding
from backend.contract.rules.forms import FEWEST
from backend.contract.rules.public_keys import fingerprint_of
from backend.contract.rules.sshsig import blob_of
from backend.core.figures import Standing
from backend.doctor.clock import clock
from backend.doctor.files import aside, data_folder, file_system, room, secrets
from backend.doctor.machine import consoles, descriptors, mail, ports, ready, tls
from backend.settings import Settings, SettingsError
from backend.wiring.keys import RECEIPT_KEY, opened_engine, right_signing_key

_WAITED: Final = timedelta(minutes=15)
_HINT: Final = "how old it is cannot be known here: ecpd backup every night, the secrets apart"


def examine(settings: Settings) -> list[Finding]:
    """Reads only, and whether ecpd runs or not."""
    looked: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        *(data_folder, secrets, room, file_system, aside, database, ports, ready, tls, mail, descriptors, consoles),
    )
    found = [one for look in looked for one in look(settings)]
    return [*found, Finding("backup", "ok", _HINT)]


def database(settings: Settings) -> Iterator[Finding]:
    """Its schema, the operators in it, and whether its last entry lies in the past."""
    try:
        with opened_engine(settings) as engine:
            check_schema(engine)
            store = DatabaseStore(engine)
            try:
                yield Finding("database", "ok", "schema is this program's")
                yield _receipt_key(settings, store)
                yield from _people_and_time(store)
            finally:
                store.close()
    except (SettingsError, SchemaMismatch) as error:
        yield Finding("database", "problem", str(error), "Run ecpd init, or ecpd upgrade after a backup.")
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        yield Finding("database", "problem", said, "See that it runs, and that database_url names it.")


def _people_and_time(store: DatabaseStore) -> Iterator[Finding]:
    now = datetime.now(UTC)
    with store.reading() as rows:
        waiting = rows.standing(now)
        active = sum(one.kind == "operator" and one.state == "active" for one in rows.accounts_of(None))
        head = rows.head()
        last = rows.activity(head.size - 1) if head.size else None
    if active < FEWEST:
        remedy = "Let them use their invitations, or run ecpd operators invite with ecpd stopped."
        yield Finding("operators", "problem", f"{active} active; maker and checker are two people", remedy)
    else:
        yield Finding("operators", "ok", f"{active} active")
    yield _mails(waiting, now)
    yield clock(now, last.at if last is not None else None)


def _receipt_key(settings: Settings, store: DatabaseStore) -> Finding:
    """Whether the key that signs is here, and is the one that the database names."""
    try:
        signs = right_signing_key(settings, store).signer.public_key
    except SettingsError as error:
        return Finding("receipt key", "problem", str(error), "See docs/operate.md, A receipt key is lost.")
    file = settings.secrets / RECEIPT_KEY
    if settings.receipt_agent is not None and file.exists():
        said = f"{settings.receipt_agent} signs, and {file} holds a private key"
        return Finding("receipt key", "warning", said, "Remove that file: a rotation that was cut off left it there.")
    where = " in an ssh-agent" if settings.receipt_agent is not None else ""
    return Finding("receipt key", "ok", f"{fingerprint_of(blob_of(signs))}{where}")


def _mails(waiting: Standing, now: datetime) -> Finding:
    """Mails that are sent leave within seconds; what waits longer is tried again, and given up in the end."""
    since = waiting.oldest_mail
    if since is None or now - since < _WAITED:
        return Finding("mails", "ok", f"{waiting.mails} waiting")
    said = f"{waiting.mails} waiting, the oldest since {since:%Y-%m-%d %H:%M} UTC"
    return Finding("mails", "problem", said, "See in the log why; they leave by themselves once they can.")
