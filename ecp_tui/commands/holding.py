"""What a holder of a receipt has on this computer: read, and judged without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from backend.contract.faults import Exit
from backend.contract.rules.evidence import Check, CheckState, Evidence, judge
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui.commands.call import Call
from ecp_tui.commands.local import LocalFile, read_local

_Run = TypeVar("_Run", bound=Callable[..., Any])
LARGEST: Final = 1 << 20
"""Of each of these files no more is read."""
_HERE: Final = LocalFile(dash=False)
_SIGNS: Final[dict[CheckState, str]] = {"ok": "ok", "wrong": "WRONG", "missing": "MISSING"}


def holding_options(run: _Run) -> _Run:
    """What a receipt comes with, if it does not lie beside it under its usual name."""
    for name, words in (
        ("revoked", "Keys that count no more; else revoked_keys beside it."),
        ("signers", "Keys of the exchange; else allowed_signers beside it."),
        ("proof", "Its proof; else NAME.proof beside it."),
        ("signature", "Its signature; else NAME.receipt.sig beside it."),
        ("receipt", "The receipt of FILE: verify both without a server."),
    ):
        run = click.option(f"--{name}", type=_HERE, metavar="FILE", help=words)(run)
    return click.option("--no-proof", is_flag=True, help="Do without a proof that the log has it.")(run)


def verify_held(
    call: Call,
    sha256: str,
    *,
    receipt: Path,
    signature: Path | None,
    proof: Path | None,
    signers: Path | None,
    revoked: Path | None,
    no_proof: bool,
) -> Exit:
    """Says what came of each check; 0 where all hold."""
    receipt = receipt.expanduser()
    plain = receipt.name.removesuffix(".receipt")
    held = Evidence(
        read_local(receipt, LARGEST),
        _text(signature, receipt.with_name(f"{receipt.name}.sig")),
        "" if no_proof else _text(proof, receipt.with_name(f"{plain}.proof")),
        _text(signers, receipt.with_name(ALLOWED_SIGNERS)),
        _text(revoked, receipt.with_name(REVOKED_KEYS)),
        sha256,
    )
    verdict = judge(held)
    checks = [one for one in verdict.checks if not (no_proof and one.name in ("log", "checkpoint"))]
    holds = all(one.state == "ok" for one in checks)
    told = {name.replace("-", "_"): value for name, value in verdict.values.items()}
    data = {
        "state": "verified" if holds else "not-verified",
        "sha256": sha256,
        "file_name": verdict.values.get("file-name"),
        "receipt": told,
        "checks": check_data(checks),
    }
    call.answer(data, _lines(checks, verdict.values, sha256, holds=holds))
    return Exit.OK if holds else Exit.NOT_ACCEPTABLE


def _lines(checks: Sequence[Check], values: Mapping[str, str | None], sha256: str, *, holds: bool) -> Iterator[str]:
    yield f"{'VERIFIED' if holds else 'NOT VERIFIED'}  {sha256}"
    yield from check_lines(checks)
    if holds:
        told = {name: shown(value or "-", 80) for name, value in values.items()}
        yield f"  received {told['received']} from {told['submitter']} for {told['identity-code']}, {told['folder']}"


def check_data(checks: Iterable[Check]) -> list[dict[str, str]]:
    return [{"name": one.name, "state": one.state, "what": one.words, "remedy": one.remedy} for one in checks]


def check_lines(checks: Sequence[Check]) -> Iterator[str]:
    """A line each; below them, once, what fixes those that do not hold."""
    for one in checks:
        yield f"  {one.name:<10}  {_SIGNS[one.state]:<7}  {shown(one.words, 200)}"
    yield from dict.fromkeys(f"  {one.remedy}" for one in checks if one.remedy)


def _text(named: Path | None, beside: Path) -> str:
    """Of a file that was named, or of the one beside the receipt, if it lies there."""
    if named is None and not beside.exists():
        return ""
    return read_local(named or beside, LARGEST).decode("ascii", "replace")
