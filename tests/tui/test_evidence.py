"""What the receipt page vouches for, where the server lies: what is judged is what is shown, and what is saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from backend.contract.faults import Refused
from backend.contract.messages import Proof, Receipt
from backend.contract.rules.receipts import entry_text
from ecp_tui.draft import Upload
from ecp_tui.evidence import Held, held
from ecp_tui.screens.evidence import in_a_line
from tests.world import World

NAME, DATA = "SD1_01234_20220520.csv", b"account,amount\n1,2\n"


@dataclass
class Server:
    """Answers what it is told to."""

    given: Proof
    signers: str
    revoked: str = ""

    async def proof(self, log_index: int, *, background: bool = False) -> Proof:
        return self.given

    async def allowed_signers(self) -> str:
        return self.signers

    async def revoked_keys(self) -> str:
        return self.revoked


@dataclass
class Told:
    """A receipt as it was given, and whoever gave it."""

    receipt: Receipt
    server: Server

    async def judged(self, **lies: object) -> Held:
        return await held(self.server, self.receipt.model_copy(update=lies))  # type: ignore[arg-type]  # it lies


@pytest.fixture
async def told(world: World, tmp_path: Path) -> Told:
    path = tmp_path / NAME
    path.write_bytes(DATA)
    client = world.client("CHAN01")
    sha256 = hashlib.sha256(DATA).hexdigest()
    upload = Upload(f"{1:032x}", "SD-1", "01234", date(2022, 5, 20), NAME, path, len(DATA), sha256)
    index = (await client.submit(upload)).activity.log_index
    receipt, proof = await client.one_activity(index), await client.proof(index)
    server = Server(proof, await client.allowed_signers(), await client.revoked_keys())
    await client.close()
    return Told(receipt, server)


async def test_an_honest_receipt_is_said_to_be_signed_and_in_the_log(told: Told) -> None:
    assert in_a_line(await told.judged()).plain.startswith("● signed, in the log: entry ")


async def test_an_entry_that_is_no_receipt_is_in_the_log_or_is_not(told: Told) -> None:
    text = entry_text({"origin": "ecp.local", "log-index": told.receipt.activity.log_index, "act": "collected"})
    told.receipt = told.receipt.model_copy(update={"receipt": text})
    assert in_a_line(await told.judged()).plain.startswith("✕ does not verify: In the log")
    assert not (await told.judged(receipt="entry-v1\n")).verdict.holds


async def test_what_is_saved_is_the_text_that_was_judged(told: Told, tmp_path: Path) -> None:
    honest = told.receipt.receipt
    told.server.given = told.server.given.model_copy(update={"receipt": honest.replace("version: 1", "version: 2")})
    judged = await told.judged()
    judged.write(tmp_path / "a.receipt", replace=False)
    assert (tmp_path / "a.receipt").read_text() == honest


async def test_another_sha256_than_the_receipt_s_is_not_vouched_for(told: Told) -> None:
    other = told.receipt.activity.model_copy(update={"sha256": "0" * 64})
    judged = await told.judged(activity=other)
    assert in_a_line(judged).plain.startswith("✕ does not verify: SHA-256")
    assert "0" * 64 in "".join(one.words for one in judged.verdict.checks if one.state == "wrong")


async def test_whatever_the_server_writes_is_judged_and_breaks_nothing(told: Told) -> None:
    honest = told.server.given
    for wrong in ({"signature": "x\u00e9"}, {"proof": "x\u00e9"}, {"proof": ""}, {"signature": ""}):
        told.server.given = honest.model_copy(update=wrong)
        assert not (await told.judged()).verdict.holds
    told.server.given = honest
    for text in ("receipt-v1\n\u00e9", "", told.receipt.receipt.replace("received: 2022", "received: 0000")):
        assert not (await told.judged(receipt=text)).verdict.holds
    told.server.signers = '\u00e9 \0 namespaces="\n'
    assert not (await told.judged()).verdict.holds


async def test_nothing_of_one_s_own_is_written_over_unasked(told: Told, tmp_path: Path) -> None:
    judged = await told.judged()
    (tmp_path / "a.proof").write_text("mine")
    with pytest.raises(FileExistsError):
        judged.write(tmp_path / "a.receipt", replace=False)
    assert not (tmp_path / "a.receipt").exists() and (tmp_path / "a.proof").read_text() == "mine"
    (tmp_path / "allowed_signers").write_text("other keys\n")
    with pytest.raises(Refused, match="other keys"):
        judged.write(tmp_path / "a.receipt", replace=True)
    assert not (tmp_path / "a.receipt").exists() and (tmp_path / "a.proof").read_text() == "mine"
