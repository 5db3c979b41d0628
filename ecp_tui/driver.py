"""Textual's driver for terminals on Linux and macOS, made steady."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class SteadyDriver(LinuxDriver):
    """What is no text, as from a terminal of another encoding, is dropped; Textual would end in a traceback."""

    def run_input_thread(self) -> None:
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except OSError:  # the terminal has gone, which the console sees for itself
                return
            except Exception:  # noqa: S112 - bytes that are no text, numbers that are no key: what else there is, is read
                continue
