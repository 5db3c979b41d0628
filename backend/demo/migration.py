"""The demo's migration: a batch long moved, one that moves while one looks, one to be announced; who files there."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from backend.core.existing_accounts import ExistingAccounts
from backend.core.migrating import Batch
from backend.core.rows import Unit
from backend.demo.people import COMPANIES
from backend.wiring import Platform

EXISTING: Final = "demo/existing.json"
FIRST: Final = datetime(2022, 6, 5, 22, 0, tzinfo=UTC)
"""The FAQ's first batch: 6 June 2022, before the day began in Hong Kong."""
MOVES_IN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ExistingLogin:
    """What somebody types in the existing ECP."""

    login: str
    password: str
    company: str


def migrate(platform: Platform) -> None:
    """Batches, and an account of the existing ECP for each company; what they type is written down."""
    now, settings = platform.services.clock.now(), platform.settings

    def plan(unit: Unit) -> None:
        for batch in (Batch("1", FIRST, FIRST), Batch("2", (now + MOVES_IN).replace(second=0, microsecond=0))):
            unit.put_batch(batch)

    platform.store.write(plan)
    accounts = ExistingAccounts(platform.store, platform.services.clock, platform.ledger, platform.hasher)
    made = []
    for firm in COMPANIES:
        codes = [code for code, _, _ in firm.identities]
        login = f"{firm.code}-OPS"
        made.append(ExistingLogin(login, accounts.add(login, firm.code, "Operations desk", codes), firm.name))
    handle = os.open(settings.data_dir / EXISTING, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump([asdict(one) for one in made], file)


def existing_logins(data_dir: Path) -> list[ExistingLogin]:
    return [ExistingLogin(**one) for one in json.loads((data_dir / EXISTING).read_text())]
