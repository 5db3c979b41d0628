"""Receipt keys in accessible mode: whose signatures count, and the two files that verify them."""

from __future__ import annotations

from collections.abc import Iterator

from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui import wording
from ecp_tui.holdings import SHOWS_KEYS, Signers, save_signers
from ecp_tui.plain.keeping import by_line, keep
from ecp_tui.plain.talk import Option
from ecp_tui.plain.visit import Visit
from ecp_tui.receipt_keys import MEANINGS, ReceiptKey, receipt_keys


def keys(visit: Visit) -> None:
    """All of them, then what can be done."""
    files = Signers(visit.run(visit.client.allowed_signers), visit.run(visit.client.revoked_keys))
    found = receipt_keys(files, visit.now())

    def listed() -> None:
        visit.talk.say(f"{wording.count(len(found), 'receipt key')}.")
        for number, one in enumerate(found, 1):
            visit.talk.say(*_lines(visit, number, one))
        visit.talk.say("Compare the fingerprint once with the one that the exchange publishes elsewhere.")

    listed()
    options = [
        Option("Hear them again", listed),
        Option(f"Save {ALLOWED_SIGNERS} and {REVOKED_KEYS}", lambda: _save(visit, files)),
    ]
    visit.talk.menu("Receipt keys", lambda: options)


def _lines(visit: Visit, number: int, one: ReceiptKey) -> Iterator[str]:
    yield f"{number}. {MEANINGS[one.state]} Fingerprint: {one.fingerprint}"
    since, until = one.signer.after, one.signer.before
    begins = f", since {visit.when(since, seconds=True)}" if since is not None else ""
    ends = f", until {visit.when(until, seconds=True)}" if until is not None else ""
    yield f"Signs {one.uses} of {one.signer.origin}{begins}{ends}."


def _save(visit: Visit, files: Signers) -> None:
    if not visit.here:
        by_line(visit, "receipts keys -o -", ALLOWED_SIGNERS)
    elif keep(visit, ALLOWED_SIGNERS, lambda path, _: save_signers(path, files)) is not None:
        visit.talk.say(f"{REVOKED_KEYS} lies beside it. The fingerprints in the file: {SHOWS_KEYS}")
