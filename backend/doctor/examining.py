"""All that `ecpd doctor` looks at, in the order it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from backend.adapters.database import DatabaseStore, SchemaMismatch, check_schema
from backend.contract.findings import Finding
from backend.contract.rules.forms import FEWEST
from backend.doctor.files import data_folder, file_system, room, secrets
from backend.doctor.machine import consoles, descriptors, mail, ports, tls
from backend.settings import Settings, SettingsError
from backend.wiring.keys import opened_engine

_HINT: Final = "ecpd makes none: see docs/operate.md; the secrets folder apart from the rest"


def examine(settings: Settings) -> list[Finding]:
    """Reads only, and whether ecpd runs or not."""
    looked: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        *(data_folder, secrets, room, file_system, database, ports, tls, mail, descriptors, consoles),
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
                yield from _people_and_time(store)
            finally:
                store.close()
    except (SettingsError, SchemaMismatch) as error:
        yield Finding("database", "problem", str(error), "Run ecpd init, or ecpd upgrade after a backup.")
    except SQLAlchemyError as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        yield Finding("database", "problem", said, "See that it runs, and that database_url names it.")


def _people_and_time(store: DatabaseStore) -> Iterator[Finding]:
    with store.reading() as rows:
        active = sum(one.kind == "operator" and one.state == "active" for one in rows.accounts_of(None))
        head = rows.head()
        last = rows.activity(head.size - 1) if head.size else None
    if active < FEWEST:
        remedy = "Let them use their invitations, or run ecpd operators invite with ecpd stopped."
        yield Finding("operators", "problem", f"{active} active; maker and checker are two people", remedy)
    else:
        yield Finding("operators", "ok", f"{active} active")
    now = datetime.now(UTC)
    if last is not None and last.at > now:
        said = f"{now:%Y-%m-%d %H:%M:%S} UTC, before the log's last entry of {last.at:%Y-%m-%d %H:%M:%S}"
        yield Finding("clock", "problem", said, "Set the clock by the network (NTP) before ecpd serves.")
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC; keep it by the network (NTP)")
