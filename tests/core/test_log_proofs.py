"""Proofs over the log: the vectors of Certificate Transparency, every size against the naive tree, and attacks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.contract.rules.log_proofs import consistency_path, extends, inclusion_path, proven
from tests.core.test_merkle import INPUTS, ROOTS, leaf_of, naive_root

LEAVES = [leaf_of(bytes.fromhex(data)) for data in INPUTS]
INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
"""Those of the Certificate Transparency reference implementation: entry and size, or both sizes."""
LARGEST = 70
sizes = st.integers(1, LARGEST)
numbers = [leaf_of(str(number).encode()) for number in range(LARGEST)]


def inclusion(index: int, size: int, leaves: list[bytes] = numbers) -> list[bytes]:
    return [naive_root(leaves[start:end]) for start, end in inclusion_path(index, size)]


def consistency(old: int, new: int, leaves: list[bytes] = numbers) -> list[bytes]:
    return [naive_root(leaves[start:end]) for start, end in consistency_path(old, new)]


def test_the_proofs_are_those_of_certificate_transparency() -> None:
    for (index, size), hashes in INCLUSION.items():
        assert [one.hex() for one in inclusion(index, size, LEAVES)] == list(hashes)
        assert proven(index, size, LEAVES[index], [*map(bytes.fromhex, hashes)], bytes.fromhex(ROOTS[size - 1]))
    for (old, new), hashes in CONSISTENCY.items():
        assert [one.hex() for one in consistency(old, new, LEAVES)] == list(hashes)
        roots = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
        assert extends(old, roots[0], new, roots[1], [*map(bytes.fromhex, hashes)])


def test_every_entry_of_every_log_is_proven_and_every_log_begins_with_each_before() -> None:
    roots = [naive_root(numbers[:size]) for size in range(LARGEST + 1)]
    for size in range(1, LARGEST + 1):
        for index in range(size):
            assert proven(index, size, numbers[index], inclusion(index, size), roots[size])
            assert extends(index + 1, roots[index + 1], size, roots[size], consistency(index + 1, size))


def test_a_range_of_a_proof_begins_where_a_perfect_subtree_would() -> None:
    for size in range(1, LARGEST + 1):
        for start, end in [one for index in range(size) for one in inclusion_path(index, size)]:
            assert start % (1 << (end - start - 1).bit_length()) == 0


@given(sizes, st.data())
def test_no_other_entry_place_size_or_root_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(index, size), naive_root(numbers[:size])
    other = data.draw(st.integers(0, LARGEST - 1).filter(lambda one: one != index))
    assert not proven(index, size, numbers[other], proof, root)
    assert not proven(index, size, numbers[index], proof, leaf_of(root))
    assert not proven(index, size, numbers[index], [*proof, root], root)
    assert not proven(index, size, numbers[index], [root, *proof], root)
    if other < size:
        assert not proven(other, size, numbers[index], proof, root)
    for nowhere in (-1, size, 1 << 70):
        assert not proven(nowhere, size, numbers[index], proof, root)
    for at in range(len(proof)):
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not proven(index, size, numbers[index], [*proof[:at], flipped, *proof[at + 1 :]], root)
        assert not proven(index, size, numbers[index], [*proof[:at], *proof[at + 1 :]], root)
    if len(proof) > 1:
        assert not proven(index, size, numbers[index], proof[::-1], root)


@given(sizes, sizes, st.data())
def test_no_log_begins_with_another_one(old: int, new: int, data: st.DataObject) -> None:
    old, new = min(old, new), max(old, new)
    proof, roots = consistency(old, new), (naive_root(numbers[:old]), naive_root(numbers[:new]))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = naive_root([*numbers[:changed], leaf_of(b"other"), *numbers[changed + 1 : old]])
    assert not extends(old, rewritten, new, roots[1], proof)
    assert not extends(old, roots[0], new, leaf_of(roots[1]), proof)
    assert not extends(old, roots[0], new, roots[1], [*proof, roots[0]])
    assert not extends(0, roots[0], new, roots[1], proof)
    if old < new:
        assert not extends(new, roots[1], old, roots[0], proof)
        assert not extends(old, roots[0], new, roots[1], [])
    for at in range(len(proof)):
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not extends(old, roots[0], new, roots[1], [*proof[:at], flipped, *proof[at + 1 :]])
        assert not extends(old, roots[0], new, roots[1], [*proof[:at], *proof[at + 1 :]])


@given(st.integers(-2, 200), st.integers(-2, 200), st.lists(st.binary(min_size=32, max_size=32), max_size=9))
def test_whatever_a_stranger_claims_is_answered(first: int, second: int, hashes: list[bytes]) -> None:
    root = hashes[0] if hashes else bytes(32)
    if hashes and proven(first, second, hashes[-1], hashes[:-1], root):
        assert (first, second) == (0, 1) and len(hashes) == 1
    assert extends(first, root, second, root, hashes) in (True, False)
