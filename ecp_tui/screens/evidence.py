"""What vouches for a receipt: asked of the server, and verified on this computer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from backend.contract.faults import Refused
from ecp_tui import wording
from ecp_tui.holdings import Signers, beside, bundle, save_signers, verify_line
from ecp_tui.saving import file_name, save

if TYPE_CHECKING:  # the first page does not wait for them
    from pathlib import Path

    from backend.contract.messages import Proof, Receipt
    from backend.contract.rules.evidence import Verdict
    from ecp_tui.client import EcpClient

LOOKING = Content.styled("◐ asking for its signature and its proof …", "$muted")


@dataclass(frozen=True, slots=True)
class Held:
    """What the server showed for one receipt, and what came of it here."""

    proof: Proof
    signers: Signers
    verdict: Verdict

    def lines(self) -> Iterator[tuple[str, str | Content]]:
        """A line a check, with what fixes it."""
        for check in self.verdict.checks:
            sign, style = _SIGNS[check.state]
            yield _NAMES[check.name], Content.assemble((f"{sign} ", style), check.words, ("  " + check.remedy, "bold"))

    def line(self, receipt: str) -> str:
        """What verifies a receipt that was saved under this name."""
        return verify_line(receipt, self.proof)

    def write(self, path: Path, *, replace: bool) -> Path:
        """The receipt under that name, and all that goes with it beside it; `FileExistsError` before anything else."""
        written = save(path, self.proof.receipt.encode("ascii"), replace=replace)
        for name, data in list(beside(written.name, self.proof).items())[1:]:
            save(written.with_name(name), data, replace=True)
        save_signers(written.parent, self.signers)
        return written

    def tar(self, receipt: Receipt) -> tuple[str, bytes]:
        """All of it as one file, and what it is called."""
        name = receipt_name(receipt)
        return f"{name}.evidence.tar", bundle({name: self.proof}, self.signers)


_SIGNS = {"ok": ("●", "$success"), "wrong": ("✕", "$error"), "missing": ("○", "$warning")}
_NAMES = {
    "receipt": "Receipt",
    "file": "File",
    "signature": "Signed",
    "log": "In the log",
    "checkpoint": "Checkpoint",
}


async def held(client: EcpClient, receipt: Receipt) -> Held:
    """Judges the very text that is shown, by what the server gives for it."""
    from backend.contract.rules.evidence import Evidence, judge

    proof = await client.proof(receipt.activity.log_index, background=True)
    signers = Signers(await client.allowed_signers(), await client.revoked_keys())
    evidence = Evidence(receipt.receipt.encode("ascii"), proof.signature, proof.proof, signers.allowed, signers.revoked)
    return Held(proof, signers, await asyncio.to_thread(judge, evidence))


def in_a_line(held: Held) -> Content:
    """Whether it holds; else the first thing that does not."""
    log = next((one for one in held.verdict.checks if one.name == "log"), None)
    if held.verdict.holds and log is not None:
        return Content.assemble((f"● signed, in the log: {log.words}", "$success"), ("   Enter shows both", "$muted"))
    first = next(one for one in held.verdict.checks if one.state != "ok")
    if not held.verdict.wrong:
        return Content.assemble(("○ ", "$warning"), first.words)
    return Content.assemble((f"✕ does not verify: {first.words}", "bold $error"))


def not_asked(refused: Refused) -> Content:
    return Content.styled(f"○ its proof could not be asked for: {refused.number} {refused.title}", "$warning")


def receipt_name(receipt: Receipt) -> str:
    """Of the file, as its receipt is called; of an older version with its number."""
    activity = receipt.activity
    version = f".v{activity.version}" if activity.state == "superseded" else ""
    return file_name(f"{activity.file_name or wording.count(activity.log_index)}{version}")
