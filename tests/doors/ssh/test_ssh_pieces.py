"""Bytes that come in the smallest pieces take no more memory than those that come in the largest."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from backend.core.claims import Upload
from backend.doors.ssh.inflow import BATCH, Inflow
from backend.doors.ssh.session import Session
from backend.doors.ssh.spots import Spot

_MOST = 4 << 20
_PACKET = 256 << 10


class _Staging:
    size = 0


def _growth(act: Callable[[], Any]) -> int:
    tracemalloc.start()
    try:
        kept = act()
        grown, _ = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return grown


async def _never(*_: Any) -> Any:
    raise AssertionError


def _inflow() -> Inflow:
    upload: Any = Upload.__new__(Upload)
    object.__setattr__(upload, "staging", _Staging())
    run: Any = _never
    return Inflow(upload, Spot(), run)


def _session() -> Session:
    house: Any = SimpleNamespace(
        boxes=None, tree=None, desk=SimpleNamespace(handles=Counter()), run=_never, taking=lambda: True
    )
    host: Any = SimpleNamespace(actor=SimpleNamespace(login_id="FILER"))
    session = Session(house, host)
    assert session.subsystem_requested("sftp")
    return session


def test_a_file_written_byte_by_byte_holds_no_more_than_its_batch() -> None:
    def write() -> Inflow:
        inflow = _inflow()
        for offset in range(BATCH // 8):
            inflow.add(offset, memoryview(bytes(64))[30:31])
        return inflow

    assert _growth(write) < _MOST


def test_one_byte_with_a_packet_of_nothing_behind_it_is_kept_alone() -> None:
    def write() -> Inflow:
        inflow = _inflow()
        for offset in range(100):
            inflow.add(offset, memoryview(bytes(_PACKET))[30:31])
        return inflow

    assert _growth(write) < _MOST


async def test_a_packet_that_comes_byte_by_byte_and_never_ends_holds_no_more_than_its_bytes() -> None:
    session = _session()

    def send() -> None:
        session.data_received(_PACKET.to_bytes(4, "big"), None)
        for _ in range(_PACKET - 1):
            session.data_received(memoryview(bytes(32))[10:11], None)

    assert _growth(send) < _MOST
