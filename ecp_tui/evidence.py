"""What vouches for a receipt: asked of the server, and judged on this computer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecp_tui.holdings import Signers, bundle, receipt_name, save_all, verify_line

if TYPE_CHECKING:  # the first page does not wait for them
    from pathlib import Path

    from backend.contract.messages import LogEntry, Proof, Receipt
    from backend.contract.rules.evidence import CheckState, Verdict
    from ecp_tui.client import EcpClient

NAMES: Final = {
    "receipt": "Receipt",
    "file": "SHA-256",
    "signature": "Signature",
    "log": "In the log",
    "checkpoint": "Checkpoint",
}
"""Of the checks, as a person reads them."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the server showed for one receipt, and what came of it here."""

    proof: Proof
    signers: Signers
    verdict: Verdict

    @property
    def summary(self) -> tuple[CheckState, str]:
        """Whether it holds; else the first thing that does not."""
        log = next((one for one in self.verdict.checks if one.name == "log"), None)
        if self.verdict.holds and log is not None:
            signed = any(one.name == "signature" for one in self.verdict.checks)
            return "ok", f"{'signed, ' if signed else ''}in the log: {log.words}"
        wrong = next((one for one in self.verdict.checks if one.state == "wrong"), None)
        if wrong is not None:
            return "wrong", f"does not verify: {NAMES[wrong.name]}"
        return "missing", next(one for one in self.verdict.checks if one.state != "ok").words

    def line(self, receipt: str) -> str:
        """What verifies a receipt that was saved under this name."""
        return verify_line(receipt, self.proof)

    def write(self, path: Path, *, replace: bool) -> Path:
        """The receipt under that name, and all that goes with it beside it."""
        return save_all(path, self.proof, self.signers, replace=replace)[0]

    def tar(self, receipt: Receipt) -> tuple[str, bytes]:
        """All of it as one file, and what it is called."""
        name = receipt_name(receipt)
        return tar_name(receipt), bundle({name: self.proof}, self.signers)


async def held(client: EcpClient, receipt: Receipt) -> Held:
    """Judges the very text and SHA-256 that are shown, by what the server gives for them; what was judged is kept."""
    given = await client.proof(receipt.activity.log_index, background=True)
    return await _judged(client, given, receipt.receipt, receipt.activity.sha256 or "")


async def held_log_entry(client: EcpClient, entry: LogEntry) -> Held:
    """The same of any entry of the log; receipts alone are signed one by one."""
    return await _judged(client, await client.log_proof(entry.line.log_index, background=True), entry.text)


async def _judged(client: EcpClient, given: Proof, text: str, sha256: str = "") -> Held:
    from backend.contract.rules.evidence import Evidence, judge, judge_entry
    from backend.contract.rules.receipts import RECEIPT

    proof = given.model_copy(update={"receipt": text})
    signers = Signers(await client.allowed_signers(), await client.revoked_keys())
    evidence = Evidence(text.encode(), proof.signature, proof.proof, signers.allowed, signers.revoked, sha256)
    judged = judge if text.startswith(f"{RECEIPT}\n") else judge_entry
    return Held(proof, signers, await asyncio.to_thread(judged, evidence))


def tar_name(receipt: Receipt) -> str:
    """Of the file that has a receipt and all that verifies it."""
    return f"{receipt_name(receipt)}.evidence.tar"
