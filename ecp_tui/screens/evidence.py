"""What vouches for a receipt: asked of the server, and verified on this computer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from backend.contract.faults import Refused
from ecp_tui.holdings import Signers, bundle, receipt_name, save_all, verify_line

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
            words = "the one of the file" if (check.name, check.state) == ("file", "ok") else check.words
            yield (
                _NAMES[check.name],
                Content.assemble((f"{sign} ", style), words, (f"  {check.remedy}".rstrip(), "bold")),
            )

    def line(self, receipt: str) -> str:
        """What verifies a receipt that was saved under this name."""
        return verify_line(receipt, self.proof)

    def write(self, path: Path, *, replace: bool) -> Path:
        """The receipt under that name, and all that goes with it beside it."""
        return save_all(path, self.proof, self.signers, replace=replace)[0]

    def tar(self, receipt: Receipt) -> tuple[str, bytes]:
        """All of it as one file, and what it is called."""
        name = receipt_name(receipt)
        return f"{name}.evidence.tar", bundle({name: self.proof}, self.signers)


_SIGNS = {"ok": ("●", "$success"), "wrong": ("✕", "$error"), "missing": ("○", "$warning")}
_NAMES = {
    "receipt": "Receipt",
    "file": "SHA-256",
    "signature": "Signature",
    "log": "In the log",
    "checkpoint": "Checkpoint",
}


async def held(client: EcpClient, receipt: Receipt) -> Held:
    """Judges the very text and SHA-256 that are shown, by what the server gives for them; what was judged is kept."""
    from backend.contract.rules.evidence import Evidence, judge

    given = await client.proof(receipt.activity.log_index, background=True)
    proof = given.model_copy(update={"receipt": receipt.receipt})
    signers = Signers(await client.allowed_signers(), await client.revoked_keys())
    texts = (proof.receipt.encode(), proof.signature, proof.proof, signers.allowed, signers.revoked)
    evidence = Evidence(*texts, receipt.activity.sha256 or "")
    return Held(proof, signers, await asyncio.to_thread(judge, evidence))


def in_a_line(held: Held) -> Content:
    """Whether it holds; else the first thing that does not."""
    log = next((one for one in held.verdict.checks if one.name == "log"), None)
    if held.verdict.holds and log is not None:
        return Content.assemble((f"● signed, in the log: {log.words}", "$success"), ("   Enter shows both", "$muted"))
    first = next(one for one in held.verdict.checks if one.state != "ok")
    if not held.verdict.wrong:
        return Content.assemble(("○ ", "$warning"), first.words)
    wrong = next(one for one in held.verdict.checks if one.state == "wrong")
    told = f"✕ does not verify: {_NAMES[wrong.name]}"
    return Content.assemble((told, "bold $error"), ("   Enter says why", "bold"))


def not_asked(refused: Refused) -> Content:
    return Content.assemble((f"○ not verified: {refused.number} {refused.title}", "$warning"), ("   F5 again", "bold"))
