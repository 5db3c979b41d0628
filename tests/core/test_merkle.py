"""The Merkle log against RFC 6962's vectors and a naive tree."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.rules.merkle import EMPTY_ROOT, Head, head_of, node_hash
from backend.contract.rules.receipts import leaf_hash

INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Those of the Certificate Transparency reference implementation, one for each prefix of the inputs."""


def leaf_of(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def test_an_empty_log_has_the_hash_of_nothing() -> None:
    assert Head().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(count: int) -> None:
    head = head_of(leaf_of(bytes.fromhex(data)) for data in INPUTS[:count])
    assert head.root.hex() == ROOTS[count - 1]


@given(st.lists(st.binary(max_size=8), max_size=130))
def test_the_frontier_gives_the_root_of_the_naive_tree(data: list[bytes]) -> None:
    leaves = [leaf_of(one) for one in data]
    head = head_of(leaves)
    assert (head.size, head.root) == (len(leaves), naive_root(leaves))
    assert len(head.frontier) == head.size.bit_count()


@given(st.integers(0, 300))
def test_a_head_is_the_same_after_being_kept(size: int) -> None:
    head = head_of(leaf_of(str(number).encode()) for number in range(size))
    assert Head.unpacked(head.size, head.packed()) == head


@given(st.integers(0, 300), st.integers(0, 12))
def test_a_frontier_of_another_size_is_refused(size: int, hashes: int) -> None:
    if hashes == size.bit_count():
        return
    with pytest.raises(ValueError, match="frontier"):
        Head.unpacked(size, b"x" * 32 * hashes)


def test_a_damaged_frontier_is_refused() -> None:
    with pytest.raises(ValueError, match="frontier"):
        Head.unpacked(1, b"x" * 31)
    with pytest.raises(ValueError, match="frontier"):
        Head.unpacked(1, b"x" * 33)


def test_a_leaf_cannot_pass_as_an_inner_node() -> None:
    left, right = leaf_of(b"a"), leaf_of(b"b")
    assert leaf_of(left + right) != node_hash(left, right)
    assert leaf_hash("receipt-v1\n") == leaf_of(b"receipt-v1\n")


def test_changing_moving_or_dropping_one_leaf_changes_the_root() -> None:
    leaves = [leaf_of(str(number).encode()) for number in range(11)]
    root = head_of(leaves).root
    assert head_of([*leaves[:4], leaf_of(b"other"), *leaves[5:]]).root != root
    assert head_of([leaves[1], leaves[0], *leaves[2:]]).root != root
    assert head_of(leaves[:-1]).root != root
    assert head_of([*leaves, leaves[-1]]).root != root


def test_growing_names_the_root_of_each_subtree_once_when_its_last_leaf_comes() -> None:
    leaves = [leaf_of(str(number).encode()) for number in range(64)]
    head, completed = Head(), {}
    for leaf in leaves:
        head, nodes = head.grown(leaf)
        for node in nodes:
            assert (node.level, node.place) not in completed
            completed[node.level, node.place] = node.hash
    assert len(completed) == 63
    for (level, place), found in completed.items():
        assert found == naive_root(leaves[place << level : (place + 1) << level])
