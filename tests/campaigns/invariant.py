"""Accepted means bytes, row and receipt, exactly once: looked up in the files themselves, without the product's code.

It reads the database by plain SQL, writes every leaf by its own hand and computes the log's head by RFC 6962's
recursive definition, so that it cannot share a mistake with the services it judges.
"""

from __future__ import annotations

import hashlib
import sqlite3
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import dict_row

Row = dict[str, Any]
Name = tuple[Any, ...]
"""Identity code, folder, input date, file name."""

_WHERE = "identity_code folder input_date file_name"
_RECEIPT = f"submission company {_WHERE} size sha256 version supersedes"
_ENTRY = f"company login_id subject {_WHERE} size sha256 fault count submission channel"
_CHANGE = "company login_id subject object request kind revision digest fault count channel"
LOWEST = 4
"""Roots of smaller subtrees than 2**4 leaves are not kept."""
_INSTANTS = {"at", "received_start"}
_SHOWN = {"at": "received", "login_id": "submitter"}
"""What the fields are called in a receipt."""


@dataclass
class Told:
    """What clients were told: SHA-256 of what was accepted, of what was refused, and of what was never answered."""

    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """The ledger and the vault as they lie on disk."""

    rows: list[Row]
    keys: dict[int, bytes]
    """The raw public keys that sign, by number."""
    objects: dict[str, Path]
    staged: list[Path]
    aside: list[Path]

    @property
    def accepted(self) -> list[Row]:
        return [row for row in self.rows if row["act"] == "accepted"]

    @property
    def loose(self) -> dict[str, Path]:
        """Objects that no row stands on: what a crash may leave, for the sweep."""
        keys = {row["object_key"] for row in self.rows}
        return {key: path for key, path in self.objects.items() if key not in keys}


def look(data_dir: Path, told: Told, postgres: str = "") -> Found:
    """Raises `AssertionError` unless everything that was ever accepted is whole, and only that was."""
    found = _found(data_dir, postgres)
    shas = Counter(row["sha256"] for row in found.accepted)
    for sha256 in told.accepted:
        assert shas[sha256] == 1, f"accepted, and there are {shas[sha256]} rows of it: {sha256}"
    for sha256 in told.refused:
        assert shas[sha256] == 0, f"refused, and it stands: {sha256}"
    for sha256 in told.unanswered:
        assert shas[sha256] <= 1, f"there are {shas[sha256]} rows of {sha256}"
    _bytes_are_there(found)
    _versions_follow(found.rows)
    return found


def leaf_text(row: Row) -> str:
    """The receipt of an accepted submission, the entry of any other act."""
    details = " details" if row["details"] is not None else ""
    if row["act"] == "accepted":
        return _text(
            "receipt-v1", row, f"origin log_index {_RECEIPT} received_start at channel login_id{details}", _SHOWN
        )
    if row["object"] is None and row["kind"] is None:
        return _text("entry-v1", row, f"origin log_index act at {_ENTRY}{details}", {})
    return _text("change-v1", row, f"origin log_index act at {_CHANGE}{details}", {})


def frontier(leaves: Sequence[bytes]) -> bytes:
    """The roots of the perfect subtrees of the log, the largest first."""
    packed, start = b"", 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            packed += _root(leaves[start : start + (1 << bit)])
            start += 1 << bit
    return packed


def leaf(row: Row) -> bytes:
    return hashlib.sha256(b"\0" + leaf_text(row).encode("ascii")).digest()


def _found(data_dir: Path, postgres: str) -> Found:
    with _asking(data_dir, postgres) as ask:
        rows = ask("SELECT * FROM activity ORDER BY log_index")
        (head,) = ask("SELECT size, frontier FROM log_head")
        nodes, checkpoints = ask("SELECT * FROM log_nodes"), ask("SELECT * FROM checkpoints")
        keys = {row["id"]: b64decode(row["public_key"].split()[1])[-32:] for row in ask("SELECT * FROM signing_keys")}
        # Looked at after the rows: what is accepted meanwhile is an object more, never one too few.
        objects = {path.name: path for path in (data_dir / "vault").glob("??/*")}
    leaves = [leaf(row) for row in rows]
    assert [row["log_index"] for row in rows] == list(range(len(rows))), "the log has a hole"
    assert head["size"] == len(rows), f"the head says {head['size']} entries, there are {len(rows)}"
    assert head["frontier"] == frontier(leaves), "the head is not that of the entries"
    assert leaves == [row["leaf_hash"] for row in rows], "an entry is not what its hash says"
    _proofs_can_be_made(leaves, nodes)
    _signatures_hold(rows, leaves, checkpoints, keys)
    return Found(rows, keys, objects, list(_files(data_dir / "staging")), list(_files(data_dir / "vault-orphans")))


def subtrees(leaves: Sequence[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Level, place and root of each that is kept."""
    level, hashes = 0, list(leaves)
    while len(hashes) > 1:
        level += 1
        hashes = [_root(hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
        if level >= LOWEST:
            yield from ((level, place, root) for place, root in enumerate(hashes))


@contextmanager
def _asking(data_dir: Path, postgres: str) -> Iterator[Callable[[str], list[Row]]]:
    """One snapshot of either database."""
    if postgres:
        with psycopg.connect(postgres, row_factory=dict_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda question: connection.execute(question).fetchall()
        return
    with closing(sqlite3.connect(f"file:{data_dir / 'ecp.db'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        database.execute("BEGIN")
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        yield lambda question: [dict(row) for row in database.execute(question)]


def _proofs_can_be_made(leaves: Sequence[bytes], nodes: Sequence[Row]) -> None:
    """Every perfect subtree of 16 leaves and more is kept, with its root, and no other."""
    kept = {(row["level"], row["place"]): row["hash"] for row in nodes}
    wanted = {(level, place): root for level, place, root in subtrees(leaves)}
    assert kept == wanted, f"{len(kept)} roots of subtrees are kept, of {len(wanted)}; or others"


def _signatures_hold(
    rows: Sequence[Row], leaves: Sequence[bytes], checkpoints: Sequence[Row], keys: dict[int, bytes]
) -> None:
    for row in rows:
        if row["act"] == "accepted" and row["details"] is not None:  # the oldest have neither
            assert row["signature"] is not None, f"receipt {row['log_index']} is not signed"
            _verify(keys[row["signed_by"]], row["signature"], b"receipt-v1@ecp", leaf_text(row).encode("ascii"))
    for one in checkpoints[-20:]:
        assert one["root"] == _root_of(leaves[: one["size"]]), f"the checkpoint of {one['size']} is of another log"
        at = _instant(one["at"])
        text = f"{one['origin']}\n{one['size']}\n{b64encode(one['root']).decode()}\nat: {at}\n"
        _verify(keys[one["signed_by"]], one["signature"], b"checkpoint-v1@ecp", text.encode("ascii"))


def _verify(key: bytes, signature: bytes, namespace: bytes, data: bytes) -> None:
    """As PROTOCOL.sshsig says; `InvalidSignature` unless it holds."""
    parts = (namespace, b"", b"sha512", hashlib.sha512(data).digest())
    signed = b"SSHSIG" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)


def _files(folder: Path) -> Iterator[Path]:
    return folder.glob("*")


def _bytes_are_there(found: Found) -> None:
    for row in found.rows:
        if (key := row["object_key"]) is None:
            assert row["act"] != "accepted", f"accepted without bytes: {row}"
            if row["bytes_of"] is not None:  # one file published to many is kept once
                owner = found.rows[row["bytes_of"]]
                assert (owner["object_key"] is not None, owner["sha256"]) == (True, row["sha256"]), row
            continue
        assert key in found.objects, f"the bytes of entry {row['log_index']} are gone"
        data = found.objects[key].read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (row["size"], row["sha256"]), row


def _versions_follow(rows: Sequence[Row]) -> None:
    """Versions count from 1 and name the one before; the last alone is current, unless an operator's act ended it."""
    of_name: dict[Name, list[Row]] = defaultdict(list)
    accepted = [row for row in rows if row["act"] == "accepted"]
    for row in accepted:
        of_name[tuple(row[part] for part in _WHERE.split())].append(row)
    for name, versions in of_name.items():
        assert [row["version"] for row in versions] == list(range(1, len(versions) + 1)), name
        assert versions[0]["supersedes"] is None, name
        for row, later in zip(versions, [*versions[1:], None], strict=True):
            if row["ended"] is None:
                assert row["superseded_by"] == (later["log_index"] if later else None), name
            else:
                act = rows[row["superseded_by"]]
                assert row["ended"] in ("withdrawn", "returned"), name
                assert (act["act"], act["subject"]) == (row["ended"], str(row["log_index"])), name
            if later is not None:
                assert later["supersedes"] == (row["log_index"] if row["ended"] is None else None), name
    submissions = Counter((row["login_id"], row["submission"]) for row in accepted)
    assert not [one for one, times in submissions.items() if times > 1]


def _root_of(leaves: Sequence[bytes]) -> bytes:
    """Of any log, not of a perfect subtree alone."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _root_of(leaves[:half]) + _root_of(leaves[half:])).digest()


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = len(leaves) // 2
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()


def _text(kind: str, row: Row, fields: str, shown: dict[str, str]) -> str:
    lines = [kind]
    for name in fields.split():
        value = row[name]
        if name in _INSTANTS and value is not None:
            value = _instant(value)
        lines.append(f"{shown.get(name, name).replace('_', '-')}: {_value(value)}")
    return "\n".join([*lines, ""])


def _instant(value: int) -> str:
    at = datetime.fromtimestamp(value // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{value % 1000:03d}Z"


def _value(value: object) -> str:
    if value is None or value == "":
        return "-"
    text = str(value)
    if text == "-":
        return "%2D"
    plain = {chr(code) for code in range(0x20, 0x7F)} - {"%"}
    return "".join(
        one if one in plain else "".join(f"%{byte:02X}" for byte in one.encode("utf-8", "surrogatepass"))
        for one in text
    )
