"""Choosing a file on this computer, beginning where the last one was found."""

from __future__ import annotations

from pathlib import Path

from textual_fspicker import FileOpen

from ecp_tui import config
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.submit_path import PathField


def browse(screen: EcpScreen, field: PathField) -> None:
    """Opens the picker; what is picked goes into the field."""

    def picked(path: Path | None) -> None:
        if path is not None:
            field.put(path)
        field.focus()

    place = config.last_folder(screen.context.config) or field.base
    screen.app.push_screen(FileOpen(place, "Choose a file"), picked)
