"""`ecp checkpoint`: what the whole log is now, verified here, and that it begins with what it was before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import Final, Literal

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import AcceptedLoss
from backend.contract.rules.checkpoints import Checkpoint, read_checkpoint, read_signed
from backend.contract.rules.evidence import Check, judge_checkpoint
from backend.contract.rules.log_proofs import extends
from backend.contract.rules.proof_documents import PROOF, read_proof
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import read_allowed_signers, read_revoked_keys
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.holding import LARGEST, check_data, check_lines
from ecp_tui.commands.local import STANDARD, LocalFile, read_local
from ecp_tui.commands.piped import blocks
from ecp_tui.saving import save

State = Literal["verified", "not-verified", "consistent", "not-consistent"]
_KEEP: Final = "Keep the saved file, and show both to the exchange: one of them signed a log that is not this one."


@click.command()
@click.option("--since", type=LocalFile(), metavar="FILE", help="A checkpoint, or a NAME.proof, saved before.")
@click.option("--signers", type=LocalFile(dash=False), metavar="FILE", help="Keys you keep, not the server's.")
@click.option(
    "--output", "-o", type=LocalFile(writes=True), metavar="FILE", help="Save it there; - is standard output."
)
@click.option("--replace", is_flag=True, help="Write over a file that lies there.")
@command
async def checkpoint(
    call: Call, since: Path | None, signers: Path | None, output: Path | None, *, replace: bool
) -> Exit:
    """Save what the log is now, or prove that it only grew since.

    CONSISTENT (0): the log of now begins with the one of the saved checkpoint: nothing in it was changed or removed.
    NOT CONSISTENT (5): it does not, whatever the server says. A NAME.proof has the checkpoint its receipt is in, and
    so says whether the log still has that receipt. Only what holds is saved. Over SSH all of this happens on the
    server: to hold it against the server, use a computer of your own.

    \b
    Examples:
      ecp checkpoint -o log.checkpoint
      ecp checkpoint --since log.checkpoint -o log.checkpoint --replace
      ecp checkpoint --since SD1_01234_20261120.csv.proof --json
    """
    if output == STANDARD and call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    before = _signed(await _read(since)) if since is not None else None
    kept = read_local(signers, LARGEST).decode("ascii", "replace") if signers is not None else None
    async with call.client() as client:
        found = await client.checkpoint()
        keys = read_allowed_signers(kept if kept is not None else await client.allowed_signers())
        revoked = read_revoked_keys(await client.revoked_keys())
        now, armour = _signed(found.signed.encode("ascii", "replace"))
        checks = [judge_checkpoint(now, armour, keys, revoked)]
        if before is not None:
            # The key of a saved one may have been revoked since: it is held against the log of now, not trusted.
            checks.append(changed(judge_checkpoint(*before, keys, set()), name="since"))
            checks.append(_told(found.losses, before[0], await _grown(client, before[0], now)))
    holds = all(one.state == "ok" for one in checks)
    path = ""
    if holds and output is not None and output != STANDARD:
        path = _saved(output.expanduser(), found.signed, replace=replace)
    state: State = _STATES[since is not None, holds]
    data = {
        "state": state,
        **{"origin": now.origin, "size": now.size, "root": now.root.hex(), "at": found.at.isoformat()},
        "signed": found.signed,
        "checks": check_data(checks),
        "path": path,
    }
    if output == STANDARD and holds:
        click.echo(found.signed, nl=False)
    else:
        call.answer(data, _lines(state, now, checks, path))
    return Exit.OK if holds else Exit.NOT_ACCEPTABLE


def _told(losses: Sequence[AcceptedLoss], old: Checkpoint, check: Check) -> Check:
    """With what the exchange itself says of entries that are gone."""
    for one in losses:
        if check.state == "wrong" and one.size < old.size <= one.anchor_size:
            lost = f"of {one.anchor_size} entries those from {one.size} on are lost"
            return changed(check, words=f"{check.words} The exchange accepted in entry {one.entry} that {lost}.")
    return check


async def _grown(client: EcpClient, old: Checkpoint, new: Checkpoint) -> Check:
    """Whether the new log begins with the old one."""
    if old.origin != new.origin:
        words = f"The saved one is of {shown(old.origin, 80)}, this one of {shown(new.origin, 80)}."
        return Check("log", "wrong", words, "Choose the server it is of: --server or --profile.")
    if old.size > new.size:
        words = f"The log has {new.size} entries, and had {old.size}."
        return Check("log", "wrong", words, _KEEP)
    told = (await client.consistency(old.size, new.size)).hashes if old.size < new.size else ()
    try:
        proof = [bytes.fromhex(one) for one in told]
    except ValueError:
        proof = []
    if extends(old.size, old.root, new.size, new.root, proof):
        return Check("log", "ok", f"begins with the {old.size} entries it had, {new.size - old.size} came since")
    return Check("log", "wrong", f"The log does not begin with the {old.size} entries it had.", _KEEP)


def _signed(data: bytes) -> tuple[Checkpoint, str]:
    """A signed checkpoint, or the one that a proof leads to."""
    try:
        text = data.decode("ascii")
        if text.startswith(f"{PROOF}\n"):
            document = read_proof(text)
            return read_checkpoint(document.checkpoint_text), document.armour
        body, armour = read_signed(text)
        return read_checkpoint(body), armour
    except ValueError as error:
        words = "This is neither a checkpoint nor a proof, or its line ends were converted."
        raise Refused(NOT_UNDERSTOOD, what=words) from error


async def _read(path: Path) -> bytes:
    if path == STANDARD:
        data = b""
        async for block in blocks():
            data += block
            if len(data) > LARGEST:
                break
        return data
    return read_local(path, LARGEST)


def _saved(path: Path, signed: str, *, replace: bool) -> str:
    try:
        return str(save(path, signed.encode("ascii"), replace=replace).absolute())
    except FileExistsError as error:
        words = f"{shown(str(path), 200)} exists already; --replace writes over it."
        raise Refused(NOT_UNDERSTOOD, what=words) from error


def _lines(state: State, now: Checkpoint, checks: Sequence[Check], path: str) -> Iterator[str]:
    yield f"{state.replace('-', ' ').upper()}  {now.origin}, {now.size} entries, root {now.root.hex()}"
    yield from check_lines(checks)
    if path:
        yield f"saved  {path}"


_STATES: Final[dict[tuple[bool, bool], State]] = {
    (False, True): "verified",
    (False, False): "not-verified",
    (True, True): "consistent",
    (True, False): "not-consistent",
}
"""By whether a saved one was given, and whether everything holds."""
