"""Over SSH no page of the console looks at the disk of the machine it runs on, whatever is typed into it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import ecp_tui
from ecp_tui.places import PLACES
from tests.tui.conftest import Opens
from tests.tui.test_served_submit import SERVED
from tests.world import World

_OURS = str(Path(ecp_tui.__file__).parent)
_REPOSITORY = str(Path(_OURS).parent)
_MAY = (_OURS, f"{_REPOSITORY}/docs", f"{_REPOSITORY}/backend", sys.prefix, sys.base_prefix, os.devnull)
"""The program itself, what it is installed with, and its help."""
_ON_THE_WAY = {str(path) for path in Path(_OURS).parents}
"""Resolving a path of the program asks of each folder above whether it is a link."""
_HOSTILE = ("/etc/passwd", "~/.ssh/id_ed25519", "../../etc/", "file:///etc/shadow", "'/etc/host name'", "~root/.")
_KEYS = ("ctrl+f", "w", "d", "v", "f8", "enter")
_heard: list[list[str]] = []


def _asked_by_the_console() -> bool:
    """Whether the innermost caller that is ours or the test world's is the console, not the server beside it."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(f"{_REPOSITORY}/backend/") or name.startswith(f"{_REPOSITORY}/tests/w"):
            return False
        if name.startswith(_OURS):
            return True
        frame = frame.f_back  # type: ignore[assignment]  # the outermost has none
    return False


def _note(path: object) -> None:
    if not _heard or isinstance(path, int):
        return
    named = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else str(path)
    if not named.startswith(_MAY) and _asked_by_the_console():
        _heard[-1].append(named)


def _hear(event: str, values: tuple[object, ...]) -> None:
    if event in {"open", "os.listdir", "os.scandir"} and values:
        _note(values[0])


sys.addaudithook(_hear)


@contextmanager
def all_that_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """An audit hook hears files opened and folders listed; `stat` raises no event and is heard by itself."""

    def heard(real: Callable[..., Any]) -> Callable[..., Any]:
        def told(path: object = ".", *rest: Any, **more: Any) -> Any:
            if str(path) not in _ON_THE_WAY:
                _note(path)
            return real(path, *rest, **more)

        return told

    with monkeypatch.context() as patch:
        for name in ("stat", "lstat", "getcwd"):
            real = getattr(os, name)
            patch.setattr(os, name, heard(real) if name != "getcwd" else _told_where(real))
        _heard.append([])
        yield _heard[-1]
        _heard.pop()


def _told_where(real: Callable[[], str]) -> Callable[[], str]:
    def told() -> str:
        _note("the current folder")
        return real()

    return told


@pytest.mark.parametrize("login_id", ["CHAN01", "WONGDA1", "OPER01"])
async def test_no_page_looks_at_the_disk_of_the_machine_it_runs_on(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch, login_id: str
) -> None:
    async with opens(reach="ssh", served=SERVED) as person:
        await person.sign_in_as(login_id, world.people[login_id], world.fresh_otp(login_id))
        with all_that_is_looked_at(monkeypatch) as seen:
            for place in PLACES:
                await person.goes_to(place.name)
                await person.pastes(_HOSTILE[place.digit % len(_HOSTILE)])
                await person.press(*_KEYS, "escape", "escape", "escape")
            await person.goes_to("Submit")
            for path in _HOSTILE:
                await person.press("ctrl+u")
                await person.pastes(path)
                await person.press("right", "f8", "ctrl+f")
            assert sorted(set(seen)) == []


async def test_the_hook_hears_a_console_that_has_a_disk(
    opens: Opens, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opens() as person:
        await person.sign_in_as("CHAN01", world.people["CHAN01"], world.fresh_otp("CHAN01"))
        with all_that_is_looked_at(monkeypatch) as seen:
            await person.goes_to("Submit")
            await person.sees("File Submission")
            await person.pastes("/etc/passwd")
            await person.waits_until(lambda: "/etc/passwd" in seen, "to hear it")
