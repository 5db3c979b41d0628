"""How tests submit a file without a door."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import ActivityFilter, Receipt
from backend.core.actor import Actor
from backend.core.claims import Claim, Upload
from tests.world import World

THURSDAY = date(2022, 5, 19)
NAME = "SD1_01234_20220519.csv"


def claim(submission: str | None = None, **other: Any) -> Claim:
    """CHAN01's right claim for Thursday's return, but for what `other` says."""
    right = {"folder": "SD-1", "identity_code": "01234", "input_date": THURSDAY, "file_name": NAME}
    return Claim(submission or secrets.token_hex(16), **{**right, **other})


def begun(world: World, actor: Actor, data: bytes, submission: str | None = None, **other: Any) -> Upload | Receipt:
    """An upload whose bytes have all arrived; or the receipt the id had before."""
    upload = world.services.submissions.begin(actor, claim(submission, **{"size": len(data), **other}))
    if isinstance(upload, Upload):
        upload.write(0, data)
    return upload


def submitted(world: World, actor: Actor, data: bytes, submission: str | None = None, **other: Any) -> Receipt:
    upload = begun(world, actor, data, submission, **other)
    return upload if isinstance(upload, Receipt) else world.services.submissions.finish(actor, upload)


def broken_invariants(world: World) -> list[str]:
    """Accepted or published ⇔ durable bytes and one row: everything that speaks against it, in words."""
    wrong: list[str] = []
    seen: set[tuple[object, ...]] = set()
    with world.platform.store.reading() as rows:
        for number in range(rows.head().size):
            row = rows.activity(number)
            assert row is not None
            if row.act not in ("accepted", "published"):
                wrong += [f"{number}: {row.act} with bytes"] if row.object_key else []
                continue
            path = world.platform.vault.path(row.object_key or "none")
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != row.sha256:
                wrong.append(f"{number}: {row.act} without its bytes")
            key = (row.act, row.folder, row.identity_code, row.input_date, row.file_name)
            if row.superseded_by is None:
                wrong += [f"{number}: two current versions"] if key in seen else []
                seen.add(key)
    return wrong


def refused_with(action: Callable[..., Any], *args: Any, **kwargs: Any) -> int:
    with pytest.raises(Refused) as refused:
        action(*args, **kwargs)
    return refused.value.number


def listed(world: World, actor: Actor, **wanted: Any) -> list[tuple[str, int | None, int | None]]:
    """State, version and fault of what Activity Enquiry shows, oldest first."""
    page = world.services.activity.page(actor, ActivityFilter(**wanted), None, 500)
    return [(item.state, item.version, item.fault) for item in reversed(page.items)]


def objects(world: World) -> int:
    return sum(1 for _ in world.platform.settings.data_dir.glob("vault/??/*"))


def staged_files(world: World) -> int:
    return sum(1 for _ in world.platform.settings.data_dir.glob("staging/*"))
