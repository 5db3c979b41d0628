"""Saving in accessible mode: on this computer where it is asked for, over SSH by a line for another terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backend.contract.messages import Receipt
from ecp_tui.evidence import Held, tar_name
from ecp_tui.holdings import receipt_name
from ecp_tui.plain.visit import Visit
from ecp_tui.saving import save

Write = Callable[[Path, bool], Path]
"""Writes the file, over another only where it may, else raises `FileExistsError`; returns where."""


def target(typed: str, name: str) -> Path:
    """Where something is saved."""
    path = Path(typed).expanduser()
    return path / name if path.is_dir() else path


def keep(visit: Visit, name: str, write: Write) -> Path | None:
    """Asks where, and never writes over a file unasked; nothing where somebody would not."""
    helped = "a path on this computer; a folder takes the name that is proposed."
    path = target(visit.talk.ask(f"Save as, Enter for {name}?", helped, default=name), name)
    try:
        written = write(path, False)
    except FileExistsError as there:
        named = Path(str(there.args[0])).name
        if not visit.talk.yes(f"{named} exists already. Replace it?", "yes to write over it, no to go back."):
            return None
        written = write(path, True)
    visit.talk.say(f"Saved: {written}")
    return written


def by_line(visit: Visit, words: str, name: str) -> None:
    """The line that brings it to where its person is."""
    served = visit.config.served
    visit.talk.say("Type this line in another terminal, where the file is to be.")
    visit.talk.say(f"{served.line if served is not None else 'ecp'} {words} > {name}")


def save_receipt(visit: Visit, receipt: Receipt, held: Held | None) -> None:
    """With all that verifies it, where that came; else alone."""
    index, name = receipt.activity.log_index, f"{receipt_name(receipt)}.receipt"
    if not visit.here:
        words, file = (f"receipts bundle {index}", tar_name(receipt)) if held else (f"receipts show {index}", name)
        by_line(visit, words, file)
    elif held is None:
        text = receipt.receipt.encode("ascii")
        keep(visit, name, lambda path, replace: save(path, text, replace=replace))
    elif (written := keep(visit, name, lambda path, replace: held.write(path, replace=replace))) is not None:
        visit.talk.say("Its signature, its proof and allowed_signers lie beside it.")
        if line := held.line(written.name):
            visit.talk.say(f"Verify it there with: {line}")
