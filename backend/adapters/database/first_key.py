"""The first signing key of a database, and with it the hashes of all entries that were made before there was one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from backend.adapters.database import tables
from backend.adapters.database.activity_rows import ROWS, row_of
from backend.contract.rules.merkle import Head, Node
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity_row import ActivityRow
from backend.core.log import LOWEST_KEPT
from backend.settings import SettingsError

_AT_ONCE: Final = 1000
_table = tables.activity


def has_signing_key(connection: Connection) -> bool:
    return bool(connection.scalar(select(func.count()).select_from(tables.signing_keys)))


def keep_first_key(connection: Connection, public_key: str) -> None:
    """Notes who signs from now on, and hashes what stands.

    Raises `SettingsError` where the entries do not make the root that the log's head has: nothing is to be signed then.
    """
    connection.execute(insert(tables.signing_keys).values(id=1, public_key=public_key))
    again = Head()
    for rows in _pages(connection):
        nodes: list[Node] = []
        for row in rows:
            leaf = leaf_hash(row.text())
            again, completed = again.grown(leaf)
            nodes += completed
            connection.execute(update(_table).where(_table.c.log_index == row.log_index).values(leaf_hash=leaf))
        if kept := [node._asdict() for node in nodes if node.level >= LOWEST_KEPT]:
            connection.execute(insert(tables.log_nodes), kept)
    size, frontier = connection.execute(select(tables.log_head.c.size, tables.log_head.c.frontier)).one()
    if again != Head.unpacked(size, frontier):
        raise SettingsError(
            "The entries of the log do not make the root that its head has: restore database and vault from one backup."
        )


def _pages(connection: Connection) -> Iterator[list[ActivityRow]]:
    start = 0
    while True:
        some = ROWS.where(_table.c.log_index >= start).order_by(_table.c.log_index).limit(_AT_ONCE)
        rows = [row_of(row) for row in connection.execute(some)]
        if not rows:
            return
        yield rows
        start = rows[-1].log_index + 1
