"""Proofs at ten million entries: how large they are, how soon they are made and verified, beside a small log."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert

from backend.adapters.database import DatabaseStore, tables
from backend.contract.rules.evidence import Evidence, judge
from backend.contract.rules.log_proofs import extends
from backend.contract.rules.merkle import Node, node_hash
from backend.contract.rules.receipts import leaf_hash
from backend.core.activity import milliseconds, signature_of
from backend.core.activity_row import ACCEPTED, ActivityRow
from backend.core.actor import Actor
from backend.core.client_connect.standing import actor_for
from backend.core.log import LOWEST_KEPT, perfect, roots
from backend.settings import Settings
from backend.wiring import Platform, initialise, open_platform
from backend.wiring.keys import opened_store, right_signing_key
from benchmarks.databases import postgres
from benchmarks.enquiry import settle
from benchmarks.measure import Table, median, ms, p95
from benchmarks.people import add_filers

_CHUNK: Final = 16
"""Levels that are made at once: of 65,536 leaves."""
_AT_ONCE: Final = 10_000
_ASKED: Final = 200
_PROOF: Final = "proof of an entry"
_BEGINS: Final = "consistency with an older log"
_WORKS: Final = (_PROOF, _BEGINS)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Of each proof its bytes, and the seconds that making and verifying it took."""

    sizes: list[int] = field(default_factory=list)
    made: list[float] = field(default_factory=list)
    verified: list[float] = field(default_factory=list)


class _Leaves:
    """The hashes of a log's leaves: of receipts at some places, of nothing that anybody reads at all others."""

    def __init__(self, size: int, origin: str, places: Iterable[int]) -> None:
        self.size = size
        self.origin = origin
        self.receipts = {place: _receipt(origin, place) for place in places}

    def hash(self, place: int) -> bytes:
        row = self.receipts.get(place)
        return hashlib.sha256(b"%d" % place).digest() if row is None else leaf_hash(row.text())

    def nodes(self) -> Iterator[Node]:
        """The root of every perfect subtree that a log keeps."""
        tops: list[bytes] = []
        for start in range(0, self.size, 1 << _CHUNK):
            hashes = [self.hash(place) for place in range(start, min(start + (1 << _CHUNK), self.size))]
            made = list(_above(hashes, 0, start))
            tops += [node.hash for node in made if node.level == _CHUNK]
            yield from (node for node in made if node.level >= LOWEST_KEPT)
        yield from _above(tops, _CHUNK, 0)

    def beside(self) -> Iterator[int]:
        """The places whose leaves proofs of the receipts are made of."""
        width = 1 << LOWEST_KEPT
        firsts = {place // width * width for place in [*self.receipts, self.size - 1]}
        return chain.from_iterable(range(first, min(first + width, self.size)) for first in sorted(firsts))


def _above(hashes: list[bytes], level: int, start: int) -> Iterator[Node]:
    while len(hashes) > 1:
        hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=False)]
        level += 1
        yield from (Node(level, place, one) for place, one in enumerate(hashes, start >> level))


def _receipt(origin: str, place: int) -> ActivityRow:
    now = milliseconds(datetime.now(UTC))
    facts = {"folder": "SD-1", "identity_code": "00001", "input_date": now.date(), "file_name": f"SD1_{place}.csv"}
    told = {"company": "FIRM000", "login_id": "FILER000", "size": 50_000, "sha256": f"{place:064x}", "version": 1}
    known = {"received_start": now, "submission": f"{place:032x}", "details": f"{place:064x}"}
    return ActivityRow(origin, place, ACCEPTED, now, "http", **facts, **told, **known)  # type: ignore[arg-type]  # facts of several types


def _fill(store: DatabaseStore, leaves: _Leaves) -> None:
    """Every node of the log, and those of its rows that proofs are made of."""
    engine = store.engine
    with engine.connect() as connection, connection.begin():
        batch: list[Node] = []
        for node in leaves.nodes():
            batch.append(node)
            if len(batch) == _AT_ONCE:
                _add_nodes(engine, connection, batch)
                batch.clear()
        _add_nodes(engine, connection, batch)
        connection.execute(insert(tables.activity), [_row(leaves, place) for place in leaves.beside()])
    with store.reading() as rows:
        ranges = [(place << level, (place + 1) << level) for level, place in perfect(0, leaves.size)]
        frontier = b"".join(roots(rows, ranges))
    with engine.connect() as connection, connection.begin():
        connection.execute(tables.log_head.update().values(size=leaves.size, frontier=frontier))


def _add_nodes(engine: Engine, connection: Connection, nodes: list[Node]) -> None:
    if not nodes:
        return
    if engine.dialect.name != "postgresql":
        connection.execute(insert(tables.log_nodes), [node._asdict() for node in nodes])
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy("COPY log_nodes (level, place, hash) FROM STDIN") as copy:
        for node in nodes:
            copy.write_row(node)


def _row(leaves: _Leaves, place: int) -> dict[str, Any]:
    row = leaves.receipts.get(place) or ActivityRow(leaves.origin, place, "bench", datetime.now(UTC), "http")
    told = {name: getattr(row, name) for name in row.__dataclass_fields__ if name in tables.activity.c}
    return told | {"leaf_hash": leaves.hash(place)}


def _inclusion(platform: Platform, leaves: _Leaves) -> _Taken:
    """A proof of each receipt as a file, and all that `ecp verify` judges of it."""
    checkpoints, signing = platform.services.checkpoints, right_signing_key(platform.settings, platform.store)
    keys, taken = checkpoints.allowed_signers(), _Taken()
    for place, row in leaves.receipts.items():
        start = time.perf_counter()
        proof = checkpoints.document(place)
        taken.made.append(time.perf_counter() - start)
        text = row.text()
        signed = replace(row, signer=signing.signer.public_key, signature=signing.of_receipt(text))
        evidence = Evidence(text.encode("ascii"), signature_of(signed), proof, keys)
        start = time.perf_counter()
        verdict = judge(evidence)
        taken.verified.append(time.perf_counter() - start)
        assert verdict.holds, verdict.checks
        taken.sizes.append(len(proof))
    return taken


def _consistency(platform: Platform, actor: Actor, leaves: _Leaves) -> _Taken:
    """That the log begins with what it was when each receipt was its newest entry."""
    taken = _Taken()
    with platform.store.reading() as rows:
        root = rows.head().root
        olds = [place + 1 for place in leaves.receipts]
        before = [roots(rows, [(0, old)])[0] for old in olds]
    for old, old_root in zip(olds, before, strict=True):
        start = time.perf_counter()
        proof = platform.services.checkpoints.consistency(actor, old, leaves.size)
        taken.made.append(time.perf_counter() - start)
        hashes = [bytes.fromhex(one) for one in proof.hashes]
        start = time.perf_counter()
        holds = extends(old, old_root, leaves.size, root, hashes)
        taken.verified.append(time.perf_counter() - start)
        assert holds
        taken.sizes.append(sum(map(len, hashes)))
    return taken


def _asked(folder: Path, url: str, size: int) -> dict[str, _Taken]:
    settings = Settings(data_dir=folder, database_url=url)
    initialise(settings)
    chosen = random.Random(size)  # the same places each time
    leaves = _Leaves(size, settings.origin, sorted(chosen.sample(range(1024, size), _ASKED)))
    with opened_store(settings) as store:
        _fill(store, leaves)
    platform = open_platform(settings)
    try:
        filer = add_filers(platform, 1)[0]
        settle(platform)
        platform.services.checkpoints.make()
        with platform.store.reading() as rows:
            account = rows.account(filer.login_id)
            assert account is not None
            actor = actor_for(rows, account.id, "http", "127.0.0.1")
        for _ in range(2):  # the first asks with nothing at hand yet, and does not count
            taken = {_PROOF: _inclusion(platform, leaves), _BEGINS: _consistency(platform, actor, leaves)}
        return taken
    finally:
        platform.close()


def measure(quick: bool = False) -> list[Table]:
    sizes = (10_000, 200_000) if quick else (10_000, 10_000_000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
        fresh = stack.enter_context(postgres())
        databases: dict[str, Callable[[], str]] = {"SQLite": str, "PostgreSQL": fresh}
        runs = {
            (name, size): _asked(folder / f"{name}-{size}", url(), size)
            for size in sizes
            for name, url in databases.items()
        }
    rows = [_line(work, size, [runs[name, size][work] for name in databases]) for work in _WORKS for size in sizes]
    return [
        Table(
            "Proofs, small log and large",
            ("work", "entries", "bytes, at most", "made on SQLite", "made on PostgreSQL", "verified"),
            tuple(rows),
            f"{_ASKED} entries anywhere in the log, each asked for by itself, in the core; medians, then p95. A proof "
            "is a file with its signed checkpoint. Verified is all that `ecp verify` judges: receipt, signature, path, "
            "and checkpoint with its signature. Of consistency the bytes are those of the hashes alone. Every leaf and "
            "root is real; of the entries only those stand in the database whose leaves these proofs are made of.",
        )
    ]


def _line(work: str, size: int, taken: list[_Taken]) -> tuple[str, ...]:
    made = [f"{ms(median(one.made))}, {ms(p95(one.made))}" for one in taken]
    sizes, verified = taken[0].sizes, [took for one in taken for took in one.verified]
    told = f"{median(sizes):,.0f}, {max(sizes):,}"
    return (work, f"{size:,}", told, *made, f"{_exact(median(verified))}, {_exact(p95(verified))}")


def _exact(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
