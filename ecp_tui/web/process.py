"""One console as a process of its own: what is typed goes in by a pipe, what it paints and tells comes out of one."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ecp_tui.web.packets import PRELUDE, TOLD, TYPED, packet, read_packet, read_told, told

_PATIENCE: Final = 5.0
"""Seconds that a console which was told to end has for it."""
_KEPT: Final = ("SYSTEMROOT",)
"""Without it no program starts on Windows."""


class ConsoleProcess:
    """A console and its two pipes. It ends with either, and knows of nothing but what its opening says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both were asked for
        self._process = process
        self._in, self._out = process.stdin, process.stdout

    @classmethod
    async def start(cls, opening: Mapping[str, Any], log: Path) -> ConsoleProcess:
        """The opening holds the session's token: it goes by the pipe, never by arguments or environment."""
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("ab") as complaints:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "ecp_tui.web",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=complaints,
                env={"LANG": "C.UTF-8", "TEXTUAL_COLOR_SYSTEM": "truecolor"} | _kept(),
                cwd=os.path.abspath(os.sep),
                start_new_session=True,  # ctrl+c where the server runs is for the server
            )
        started = cls(process)
        await started._write(packet(TOLD, json.dumps(opening).encode()))
        return started

    async def follow(
        self, shown: Callable[[bytes], Awaitable[None]], told: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> int:
        """Hands on what it paints and tells until it ends; its exit code."""
        try:
            begun = await self._out.readexactly(len(PRELUDE))
        except (asyncio.IncompleteReadError, ConnectionError):
            begun = b""
        while begun == PRELUDE and (found := await read_packet(self._out)) is not None:
            kind, payload = found
            if kind == TYPED:
                await shown(payload)
            elif kind == TOLD:
                await told(read_told(payload))
        await self.stop()
        return self._process.returncode or 0

    async def type(self, text: str) -> None:
        await self._write(packet(TYPED, text.encode("utf-8", "replace")))

    async def resize(self, width: int, height: int) -> None:
        await self._write(told(type="resize", width=width, height=height))

    async def attach(self, width: int, height: int) -> None:
        """Somebody sees it anew: all of it is painted."""
        await self._write(told(type="attach", width=width, height=height))

    async def stop(self) -> None:
        """It ends by itself where its input does; where it does not, it is ended."""
        if not self._in.is_closing():
            self._in.close()
        try:
            await asyncio.wait_for(self._process.wait(), _PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _write(self, data: bytes) -> None:
        if self._in.is_closing():
            return
        try:
            self._in.write(data)
            await self._in.drain()
        except ConnectionError:
            self._in.close()


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}
