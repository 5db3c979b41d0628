"""Textual's driver for terminals, for one that strangers type to."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class StrangersDriver(LinuxDriver):
    """What no terminal sends is dropped; Textual would end the console, and show a traceback."""

    def run_input_thread(self) -> None:
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except OSError:  # the terminal has gone, which the console sees for itself
                return
            except Exception:  # noqa: S112 - bytes that are no text, numbers that are no key: what else there is, is read
                continue
