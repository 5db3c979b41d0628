"""File Submission in accessible mode: a file, what its name says, a review, one question, and the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from backend.contract.faults import Exit, Refused
from backend.contract.messages import Folder, Receipt
from ecp_tui import config
from ecp_tui.digest import digest, size_of
from ecp_tui.draft import Upload
from ecp_tui.pastes import find_paths
from ecp_tui.plain.drafting import Wanted, agreeing, changed
from ecp_tui.plain.receipts import activity_lines
from ecp_tui.plain.review import agreed, explained, review_lines, sure
from ecp_tui.plain.sending import submit_by_ticket
from ecp_tui.plain.steps import Steps, reading
from ecp_tui.plain.talk import Back
from ecp_tui.plain.visit import Visit
from ecp_tui.transfers import Transfer, Transfers, upload_of

_ANYTHING: Final = Wanted()
_FILE: Final = "the path of the file; its name says folder, identity and input date. Quotes and file:// are taken."


def submit(visit: Visit, wanted: Wanted = _ANYTHING) -> None:
    """One file, or several one after the other, until one is accepted or somebody goes back."""
    talk = visit.talk
    with talk.at("File Submission"):
        folders = visit.ask(visit.client.folders)
        if not visit.here:
            submit_by_ticket(visit, folders, wanted)
            return
        near = _near(visit)
        while True:
            paths = [_found(path, near) for path in find_paths(talk.ask("File?", _FILE))]
            if paths and all([_attempted(visit, path, folders, wanted) for path in paths]):
                return


def _near(visit: Visit) -> Path | None:
    """Where the last file lay; in the demo the samples, at first."""
    near = config.last_folder(visit.config)
    if near is None and visit.look().demo:
        near = Path(visit.ask(visit.client.demo_world).samples)
        visit.talk.say(f"In the demo, sample files lie in {near}; their names alone will do.")
    return near


def _found(path: Path, near: Path | None) -> Path:
    """As it stands, else there."""
    return near / path if near is not None and not path.is_absolute() and not path.exists() else path


def _attempted(visit: Visit, path: Path, folders: Sequence[Folder], wanted: Wanted) -> bool:
    """Whether it is settled; a file that is refused leaves the question for another."""
    try:
        _submit(visit, path, folders, wanted)
        return True
    except Refused as refused:
        visit.talk.fault(refused)
        visit.talk.say("Nothing was submitted.")
        return False


def _submit(visit: Visit, path: Path, folders: Sequence[Folder], wanted: Wanted) -> None:
    size = size_of(path)
    draft = agreed(visit, path, folders, wanted, size)
    while True:
        found = visit.ask(digest, path, reading(visit.talk.say, size), draft.content, draft.input_date)
        verdict = visit.ask(visit.client.check, draft.request(found.size, found.sha256))
        visit.talk.say(*review_lines(visit, draft, found.size, found.rows, found.sha256, verdict))
        if sure(visit, verdict):
            break
        draft = agreeing(visit.talk, changed(visit.talk, draft, folders), size)
    explanation = explained(visit, found.unexpected, verdict)
    config.remember_folder(visit.config, path.parent)
    _send(visit, upload_of(draft, found, explanation=explanation))


def _send(visit: Visit, upload: Upload) -> None:
    """Once more under the same id as often as wanted, so that nothing is stored twice."""
    sending = _Sending(visit, upload)
    while True:
        try:
            receipt = visit.ask(sending.attempt)
        except Refused as refused:
            if refused.fault.exit is not Exit.NETWORK:
                raise
            visit.talk.fault(refused)
            if not visit.talk.yes("Send it again? It can only be stored once.", "yes to send it again, no to go back."):
                raise Back from None
            continue
        if receipt is None:
            visit.talk.say("Cancelled. Activity tells whether it had arrived.")
            raise Back
        visit.talk.say(*activity_lines(visit, receipt))
        return


class _Sending:
    """One upload over all its attempts, with its progress."""

    def __init__(self, visit: Visit, upload: Upload) -> None:
        self._upload = upload
        self._transfers = Transfers(visit.client.submit, visit.client.let_go)
        self._steps = Steps(visit.talk.say, "Sending")
        self._transfers.listen(self._steps.moved)
        self._transfer: Transfer | None = None

    async def attempt(self) -> Receipt | None:
        """Its receipt; nothing where it was cancelled."""
        if self._transfer is None:
            self._transfer = self._transfers.start(self._upload)
        else:
            self._transfers.retry(self._transfer)
        try:
            await self._transfer.wait()
        finally:
            await self._transfers.close()
        if self._transfer.fault is not None:
            raise self._transfer.fault
        return self._transfer.receipt
