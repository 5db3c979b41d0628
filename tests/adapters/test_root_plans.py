"""The roots that a proof is made of are each looked up by their place, however many there are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, insert

from backend.adapters.database import tables
from tests.world import World

pytestmark = pytest.mark.databases
_MANY = 5000


def test_a_proof_asks_for_its_roots_by_place_and_never_reads_all(any_world: World) -> None:
    engine, asked = any_world.platform.store.engine, list[tuple[str, Any]]()
    nodes = [{"level": level, "place": place, "hash": b"%032d" % place} for level in (10, 11) for place in range(_MANY)]
    with engine.begin() as connection:
        connection.execute(insert(tables.log_nodes), nodes)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE log_nodes")
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values)))
    with any_world.platform.store.reading() as rows:
        found = rows.nodes([(10, 7), (10, 4000), (11, 9), (12, 0)])
    assert found == {(10, 7): b"%032d" % 7, (10, 4000): b"%032d" % 4000, (11, 9): b"%032d" % 9}
    sql, values = next((sql, values) for sql, values in asked if "FROM log_nodes" in sql)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"{explain} {sql}", values).all())
    assert "SCAN log_nodes" not in plan and "Seq Scan" not in plan, plan
