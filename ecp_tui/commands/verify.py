"""`ecp verify`: whether a file, or its SHA-256, is what the exchange received; with a receipt, without asking it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import Activity, ActivityFilter
from backend.contract.rules.receipts import instant_text
from ecp_tui import wording
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.holding import holding_options, verify_held
from ecp_tui.commands.local import STANDARD, LocalFile, served
from ecp_tui.commands.piped import blocks, name_option
from ecp_tui.digest import digest
from ecp_tui.pastes import find_hash
from ecp_tui.records import activity_record

Verdict = Literal["match", "different", "not-found"]
_MOST: Final = 500
_SAID: Final[dict[Verdict, str]] = {"match": "MATCH", "different": "DIFFERENT", "not-found": "NOT FOUND"}
_CODES: Final[dict[Verdict, Exit]] = {
    "match": Exit.OK,
    "different": Exit.NOT_ACCEPTABLE,
    "not-found": Exit.REFUSED,
}
_RECEIVED: Final = frozenset({"accepted", "superseded", "collected"})


def _evidence(ctx: click.Context, param: click.Parameter, words: Sequence[str]) -> Path | str:
    """A file, standard input, or the one SHA-256 in whatever a tool wrote."""
    text = " ".join(words)
    if text == str(STANDARD):
        return STANDARD
    if len(words) == 1 and served(ctx) is None and _there(text):
        return Path(text)
    try:
        return find_hash(text)
    except Refused as refused:
        if len(words) == 1 and "\n" not in text:
            return LocalFile().convert(text, param, ctx)
        raise click.UsageError(refused.what, ctx) from refused


@click.command()
@click.argument("evidence", nargs=-1, required=True, callback=_evidence, metavar="FILE|SHA256")
@name_option
@holding_options
@command
async def verify(call: Call, /, evidence: Path | str, name: str | None, **held: Any) -> Exit:
    """Compare a file, or its SHA-256, with what was received.

    MATCH (0): these very bytes were received. DIFFERENT (5): others were, under that name. NOT FOUND (4): neither.
    FILE may be - for standard input; SHA256 may be all that certutil, sha256sum or Get-FileHash wrote.

    With --receipt nothing is asked of any server: VERIFIED (0) says that the file is the one of the receipt, that the
    exchange signed it, and that its log has it; NOT VERIFIED (5) says what is wrong or missing.

    \b
    Examples:
      ecp verify SD1_01234_20261120.csv
      ecp verify SD1_01234_20261120.csv --receipt SD1_01234_20261120.csv.receipt
      ecp verify "$(sha256sum return.csv)" --name SD1_01234_20261120.csv
      ecp verify - --name SD1_01234_20261120.csv --json < return.csv
    """
    if held["receipt"] is not None:
        if name is not None or (held["proof"] is not None and held["no_proof"]):
            raise Refused(NOT_UNDERSTOOD, what="With --receipt there is no --name, and no --proof with --no-proof.")
        return verify_held(call, evidence if isinstance(evidence, str) else await _sha256(evidence), **held)
    if any(held.values()):
        raise Refused(NOT_UNDERSTOOD, what="What lies beside a receipt is named with --receipt.")
    if name is not None and isinstance(evidence, Path) and evidence != STANDARD:
        raise Refused(NOT_UNDERSTOOD, what="--name goes with - or a SHA-256; a file has a name of its own.")
    async with call.client() as client:
        sha256 = evidence if isinstance(evidence, str) else await _sha256(evidence)
        wanted = name or (evidence.name if isinstance(evidence, Path) and evidence != STANDARD else None)
        verdict, items = await _judged(client, sha256, wanted, strict=name is not None)
    data = {
        "state": verdict,
        "sha256": sha256,
        "file_name": wanted,
        "items": [activity_record(item) for item in items],
    }
    call.answer(data, _lines(verdict, sha256, items))
    return _CODES[verdict]


async def _sha256(file: Path) -> str:
    if file != STANDARD:
        return (await digest(file)).sha256
    running = hashlib.sha256()
    async for block in blocks():
        running.update(block)
    return running.hexdigest()


async def _judged(
    client: EcpClient, sha256: str, name: str | None, *, strict: bool
) -> tuple[Verdict, Sequence[Activity]]:
    """What was received with this SHA-256, under this name alone where it is `strict`; else what has the name."""
    same = [one for one in await _received(client, sha256=sha256) if not strict or one.file_name == name]
    if same:
        return "match", sorted(same, key=lambda one: one.file_name != name)
    others = [one for one in await _received(client, name=name) if one.file_name == name] if name else []
    return ("different", others) if others else ("not-found", ())


async def _received(client: EcpClient, **wanted: Any) -> list[Activity]:
    page = await client.activity(ActivityFilter(**wanted), limit=_MOST)
    return [one for one in page.items if one.state in _RECEIVED]


def _lines(verdict: Verdict, sha256: str, items: Sequence[Activity]) -> Iterator[str]:
    yield f"{_SAID[verdict]}  {sha256}"
    for one in items:
        version = f"version {one.version}, " if one.version else ""
        yield f"  {one.file_name}  {one.folder}  {version}{wording.state_word(one)}"
        yield f"    received  {instant_text(one.at)}  log index {one.log_index}"
        if one.sha256 != sha256:
            yield f"    SHA-256   {one.sha256}"


def _there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
