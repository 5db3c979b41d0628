"""Auditing: the log recomputed from its entries, held against all that was ever kept or signed of it. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.contract.rules import sshsig
from backend.contract.rules.checkpoints import Checkpoint, checkpoint_text
from backend.contract.rules.merkle import Head, Node
from backend.contract.rules.receipts import leaf_hash
from backend.contract.rules.signers import SigningKey
from backend.core.activity import signature_of
from backend.core.activity_row import ACCEPTED, ActivityRow
from backend.core.bearing_out import belied, misplaced, named_in
from backend.core.log import LOWEST_KEPT, KeptCheckpoint, perfect, roots
from backend.core.ports import Store
from backend.core.receipt_keys import REVOKED, ROTATED, KeyEntry, unexplained
from backend.core.rows import Rows

_AT_ONCE: Final = 500
_MOST_TOLD: Final = 100
_Each = Callable[[ActivityRow], object]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is not as it was; `entry` is the first one that it concerns."""

    entry: int
    words: str
    follows: bool = False
    """It may follow from another one: what many entries make together is not what was kept or signed of them."""


@dataclass(slots=True)
class Audited:
    """What was looked at, and what is wrong; entries by themselves first, the first of them before all. Of much 100."""

    entries: int = 0
    signatures: int = 0
    checkpoints: int = 0
    unsigned: int = 0
    """Receipts from before there was a key."""
    wrong: list[Wrong] = field(default_factory=list)
    more: int = 0

    def is_wrong(self, entry: int, words: str, *, follows: bool = False) -> None:
        if len(self.wrong) < _MOST_TOLD:
            self.wrong.append(Wrong(entry, words, follows))
        else:
            self.more += 1


def audit(
    store: Store,
    since: Checkpoint | None = None,
    vouched: Sequence[Checkpoint] = (),
    each: _Each = lambda row: None,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Audited:
    """Follows the log from its first entry, or from where a checkpoint left it, to its head as of now.

    `vouched` are checkpoints kept elsewhere: the log must have been what each says. `each` is shown every entry.
    """
    return _Audit(store, vouched, each, progress).over(since)


class _Audit:
    def __init__(
        self,
        store: Store,
        vouched: Sequence[Checkpoint],
        each: _Each,
        progress: Callable[[int, int], object],
    ) -> None:
        self._store = store
        self._each = each
        self._progress = progress
        self._found = Audited()
        with store.reading() as rows:
            self._head = rows.head()
            self._keys = rows.signing_keys()
        self._elsewhere = {one.size: one for one in vouched}
        self._of_keys: dict[int, KeyEntry] = {}
        self._erased: Mapping[str, int] = {}

    def over(self, since: Checkpoint | None) -> Audited:
        again = self._begun(since) if since is not None else Head()
        self._checkpoints_before(again.size)
        for rows, hashes in self._pages(again.size):
            again = self._page(rows, hashes, again)
            self._progress(again.size, self._head.size)
        self._end(again)
        if since is None:
            for entry, words in unexplained(self._keys, self._of_keys):
                self._found.is_wrong(entry, words)
        self._found.wrong.sort(key=lambda one: (one.follows, one.entry))
        return self._found

    def _begun(self, since: Checkpoint) -> Head:
        """The head at that checkpoint, of the subtrees that are kept; an older log begins at nothing."""
        with self._store.reading() as rows:
            if since.size > self._head.size:
                words = f"{since.size:,} entries were vouched for, the log has {self._head.size:,}."
                self._found.is_wrong(self._head.size, words)
                return Head()
            try:
                hashes = self._at_its_size(rows, since)
            except LookupError:
                self._found.is_wrong(0, f"The first {since.size:,} entries are not all there.")
                return Head()
        head = Head(since.size, tuple(hashes))
        if head.root != since.root:
            self._found.is_wrong(0, f"The first {since.size:,} entries are not those of the checkpoint.")
            return Head()
        return head

    def _at_its_size(self, rows: Rows, since: Checkpoint) -> list[bytes]:
        """The frontier there, of what is kept; checkpoints before it are held against the same."""
        for one in [one for one in self._elsewhere.values() if one.size < since.size]:
            if roots(rows, [(0, one.size)])[0] != one.root:
                self._other_log(one, "kept outside the database")
        return roots(rows, [(place << level, (place + 1) << level) for level, place in perfect(0, since.size)])

    def _pages(self, start: int) -> Iterator[tuple[list[ActivityRow], list[bytes]]]:
        size = self._head.size
        while start < size:
            until = min(start + _AT_ONCE, size)
            with self._store.reading() as rows:
                page, hashes = rows.entries(start, until - start), rows.leaf_hashes(start, until)
                page = [row for row in page if row.log_index < until]
                self._follow(rows, page)
            yield page, hashes
            start = until

    def _page(self, page: Sequence[ActivityRow], hashes: Sequence[bytes], again: Head) -> Head:
        wanted = min(again.size + _AT_ONCE, self._head.size)
        kept = dict(zip((row.log_index for row in page), hashes, strict=False))
        there = {row.log_index: row for row in page}
        nodes: list[Node] = []
        for place in range(again.size, wanted):
            row = there.get(place)
            if row is None:
                self._found.is_wrong(place, f"Entry {place:,} is missing.")
                leaf = bytes(32)
            else:
                leaf = self._entry(row, kept.get(place))
            again, completed = again.grown(leaf)
            nodes += (node for node in completed if node.level >= LOWEST_KEPT)
            self._at(again)
        self._kept_nodes(nodes)
        return again

    def _entry(self, row: ActivityRow, kept: bytes | None) -> bytes:
        place, text = row.log_index, row.text()
        leaf = leaf_hash(text)
        self._found.entries += 1
        if leaf != kept:
            self._found.is_wrong(place, f"Entry {place:,} ({row.act}) was changed: it is not what its hash says.")
        if not row.details_hold:
            words = f"Entry {place:,} ({row.act}): what stands beside it was changed or removed."
            self._found.is_wrong(place, words)
        elif (said := misplaced(row, self._erased)) is not None:
            self._found.is_wrong(place, f"Entry {place:,} ({row.act}): {said}")
        if row.act == ACCEPTED:
            self._signature(row, text)
        elif row.act in (ROTATED, REVOKED):
            self._of_keys[place] = (row.act, row.subject, row.object, row.at)
        self._each(row)
        return leaf

    def _signature(self, row: ActivityRow, text: str) -> None:
        if row.details is None and row.signature is None:
            self._found.unsigned += 1
            return
        place, key = row.log_index, self._keys.get(row.signed_by or 0)
        try:
            holds = key is not None and bool(
                sshsig.signed_by(signature_of(row), text.encode("ascii"), sshsig.RECEIPTS, [key.public_key])
            )
        except (ValueError, IndexError):  # what stands in a key's place is none
            holds = False
        if key is None or not holds:
            self._found.is_wrong(place, f"Entry {place:,}: its receipt's signature is not of this receipt.")
        elif not key.counts(row.at):
            self._found.is_wrong(place, f"Entry {place:,}: the key that signed its receipt did not count then.")
        else:
            self._found.signatures += 1

    def _kept_nodes(self, nodes: Sequence[Node]) -> None:
        """Only the lowest that is wrong is told: those above it follow."""
        if not nodes:
            return
        with self._store.reading() as rows:
            kept = rows.nodes([(node.level, node.place) for node in nodes])
        for node in sorted(nodes):
            start, end = node.place << node.level, (node.place + 1) << node.level
            if kept.get((node.level, node.place)) != node.hash:
                words = f"Entries {start:,} to {end - 1:,} do not make the root that is kept of them."
                self._found.is_wrong(start, words, follows=True)
                return

    # ── what was signed ──────────────────────────────────────────────────────────────────────────────────────

    def _checkpoints_before(self, size: int) -> None:
        self._ahead = self._checkpoints(size)
        self._next = next(self._ahead, None)

    def _checkpoints(self, after: int) -> Iterator[KeptCheckpoint]:
        while True:
            with self._store.reading() as rows:
                page = rows.checkpoints(after, _AT_ONCE)
            yield from page
            if not page:
                return
            after = page[-1].checkpoint.size

    def _at(self, again: Head) -> None:
        """Every checkpoint over exactly so many entries."""
        if (one := self._elsewhere.pop(again.size, None)) is not None and one.root != again.root:
            self._other_log(one, "kept outside the database")
        while self._next is not None and self._next.checkpoint.size <= again.size:
            if self._next.checkpoint.size == again.size:
                self._signed(self._next, self._keys, again)
            self._next = next(self._ahead, None)

    def _signed(self, kept: KeptCheckpoint, keys: dict[int, SigningKey], again: Head) -> None:
        one, key = kept.checkpoint, keys.get(kept.signed_by)
        self._found.checkpoints += 1
        if one.root != again.root:
            self._other_log(one, "in the database")
        text = checkpoint_text(one).encode("ascii")
        public = key.public_key if key is not None else ""
        try:
            armour = sshsig.armour(sshsig.blob_of(public), sshsig.CHECKPOINTS, kept.signature)
            holds = sshsig.signed_by(armour, text, sshsig.CHECKPOINTS, [public]) is not None
        except (ValueError, IndexError):
            holds = False
        if not holds:
            self._found.is_wrong(one.size - 1, f"The checkpoint of {one.size:,} entries is not signed by its key.")
        elif key is not None and not key.counts(one.at):
            words = f"The key that signed the checkpoint of {one.size:,} entries did not count then."
            self._found.is_wrong(one.size - 1, words)

    def _other_log(self, one: Checkpoint, where: str) -> None:
        words = (
            f"The first {one.size:,} entries are not those of the checkpoint of {one.at:%Y-%m-%d %H:%M} UTC {where}."
        )
        self._found.is_wrong(one.size - 1, words, follows=True)

    # ── what later entries say of earlier ones ───────────────────────────────────────────────────────────────

    def _follow(self, rows: Rows, page: Sequence[ActivityRow]) -> None:
        """What a row says became of it, against the entries that did it; and the other way round."""
        named = {place for row in page for place in named_in(row)}
        others = rows.entries_at(sorted(named))
        self._erased = rows.erased_up_to({row.login_id for row in page if row.login_id is not None})
        for row in page:
            words = belied(rows, row, others)
            if words is not None:
                self._found.is_wrong(row.log_index, f"Entry {row.log_index:,} ({row.act}): {words}")

    def _end(self, again: Head) -> None:
        if again != self._head and not self._found.wrong:
            self._found.is_wrong(again.size, "The entries do not make the root that the log's head has.")
        with self._store.reading() as rows:
            beyond, entries = rows.checkpoints(self._head.size, 1), rows.entries(self._head.size, 1)
            grown = rows.head().size > self._head.size
        if entries and not grown:
            self._found.is_wrong(self._head.size, f"Entry {self._head.size:,} is beyond the log's head.")
        said = [one.checkpoint for one in beyond] if not grown else []
        for one in [*said, *self._elsewhere.values()]:
            if one.size > self._head.size:
                words = f"{one.size:,} entries were vouched for at {one.at:%Y-%m-%d %H:%M} UTC"
                self._found.is_wrong(self._head.size, f"{words}; the log has {self._head.size:,}.")
