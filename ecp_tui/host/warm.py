"""Warming: everything that a console or a command could import is imported before the first fork."""

from __future__ import annotations

import gc
import os
import pkgutil
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Final

_PACKAGES: Final = ("backend.contract", "ecp_tui", "textual.layouts", "textual.renderables", "textual.widgets")
_NEVER: Final = (
    "ecp_tui.host",
    "ecp_tui.web",
    "ecp_tui.commands.web",
    "ecp_tui.__main__",
    "ecp_tui.commands.unattended",
)
"""What nobody can call over SSH, and what would run by being imported."""
_LATER: Final = (
    "_strptime",
    "anyio._backends._asyncio",
    "click._textwrap",
    "encodings.idna",
    "httpcore",
    "importlib.readers",
    "importlib.resources.readers",
    "rich._unicode_data.unicode17-0-0",
    "textual.drivers.headless_driver",
    "textual.drivers.linux_driver",
    "textual.pilot",
    "textual.scrollbar",
    "zoneinfo",
)
"""What libraries import at their first use."""


_SHOWING: Final = ("__", "antigravity", "idlelib", "lib2to3", "test", "this", "tkinter", "turtle", "_tkinter")


def warm() -> None:
    for package in _PACKAGES:
        for found in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            if not found.name.startswith(_NEVER):
                _load(found.name)
    for name in _LATER:
        _load(name)


def _load(name: str) -> None:
    """What cannot be loaded is missed by whoever wants it, not by everybody."""
    try:
        import_module(name)
    except ImportError as error:
        sys.stderr.write(f"ecp_tui.host: {error}\n")


def load_standard_library() -> None:
    """All of it but what would show itself: for those who cannot read it when they first need a part of it."""
    with warnings.catch_warnings(action="ignore"):
        for name in sorted(sys.stdlib_module_names):
            if name.startswith(_SHOWING):
                continue
            with suppress(ImportError):
                found = import_module(name)
                for part in pkgutil.walk_packages(getattr(found, "__path__", ()), f"{name}.", onerror=lambda _: None):
                    if not part.name.endswith(".__main__"):
                        with suppress(ImportError):
                            import_module(part.name)


def freeze() -> None:
    """What is here now is never looked at again by the collector, so that forks go on sharing it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir("/")
    gc.collect()
    gc.disable()
    gc.freeze()
