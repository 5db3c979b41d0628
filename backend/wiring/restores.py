"""A restore that was cut off: nothing serves, and nothing is made, where only a part of a platform lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.durable import sync_folder, write_once
from backend.settings import Settings, SettingsError

_MARK: Final = "restoring"


def begin(settings: Settings) -> None:
    write_once(_mark(settings), b"ecpd restore was begun here, and is not at its end\n")


def end(settings: Settings) -> None:
    _mark(settings).unlink(missing_ok=True)
    sync_folder(settings.data_dir)


def begun(settings: Settings) -> bool:
    return _mark(settings).exists()


def refuse_restored_in_part(settings: Settings) -> None:
    if begun(settings):
        raise SettingsError(f"A restore into {settings.data_dir} was cut off. Run ecpd restore again.")


def _mark(settings: Settings) -> Path:
    return settings.data_dir / _MARK
