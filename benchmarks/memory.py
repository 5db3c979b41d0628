"""A large file by HTTP: how fast it is taken, and how much the server grows."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from backend.contract import paths
from benchmarks.load import answered
from benchmarks.measure import Table, process_cpu, resident
from benchmarks.served import Served, ecpd
from benchmarks.submissions import today

_MIB: Final = 1 << 20
_AT_ONCE: Final = 4


async def _upload(served: Served, number: int, size: int, block: bytes) -> None:
    filer = served.filers[number]
    identity, day = filer.identity_codes[0], today()
    name = f"SD1_{identity}_{day:%Y%m%d}.csv"
    query = {"folder": "SD-1", "identity_code": identity, "input_date": day.isoformat(), "file_name": name}
    target = f"{paths.submission(secrets.token_hex(16))}?{urlencode(query)}"
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = [f"PUT {target} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {filer.token}"]
    writer.write("\r\n".join([*head, f"Content-Length: {size}", "", ""]).encode())
    digest = hashlib.sha256()
    for _ in range(size // len(block)):
        writer.write(block)
        await writer.drain()
        digest.update(block)
    answer = await answered(reader)
    assert answer[0] == 200 and digest.hexdigest().encode() in answer[1], answer
    writer.close()
    await writer.wait_closed()


async def _all(served: Served, count: int, size: int) -> None:
    block = secrets.token_bytes(_MIB)
    await asyncio.gather(*(_upload(served, number, size, block) for number in range(count)))


def measure(quick: bool = False) -> list[Table]:
    size = (64 if quick else 2048) * _MIB
    rows = []
    for count, each in ((1, size), (_AT_ONCE, size // 4)):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecp-bench-")))
            served = stack.enter_context(ecpd(folder / "data", _AT_ONCE))
            asyncio.run(_all(served, count, _MIB))
            Path(f"/proc/{served.pid}/clear_refs").write_text("5")  # forgets the highest so far: argon2's, at the start
            before, cpu, start = resident(served.pid), process_cpu(served.pid), time.perf_counter()
            asyncio.run(_all(served, count, each))
            took = time.perf_counter() - start
            grown, used = resident(served.pid, "VmHWM") - before, process_cpu(served.pid) - cpu
        mib = count * each // _MIB
        words = f"{count} × {each // _MIB:,} MiB at once"
        rows.append((words, f"{mib / took:.0f} MiB/s", f"{used / mib * 1024:.1f} s/GiB", f"{grown:.0f} MiB"))
    return [
        Table(
            "Large uploads by HTTP",
            ("work", "speed", "server CPU", "growth of the server at most"),
            tuple(rows),
            "Goal: at most 50 MiB, whatever the size. Highest resident memory against the memory before, after one "
            "upload of 1 MiB. Hashed by client and server on the same two cores, durable before it is answered.",
        )
    ]


if __name__ == "__main__":
    for table in measure(quick=True):
        print(table.markdown())
