"""What a holder of a receipt has on this computer: read, and judged without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.rules.evidence import CheckState, Evidence, Verdict, judge
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui.commands.call import Call
from ecp_tui.commands.local import LocalFile

_Run = TypeVar("_Run", bound=Callable[..., Any])
_LARGEST: Final = 1 << 20
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
        _read(receipt, needed=True),
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
        "checks": [{"name": one.name, "state": one.state, "what": one.words, "remedy": one.remedy} for one in checks],
    }
    call.answer(data, _lines(Verdict(tuple(checks), verdict.values), sha256, holds=holds))
    return Exit.OK if holds else Exit.NOT_ACCEPTABLE


def _lines(verdict: Verdict, sha256: str, *, holds: bool) -> Iterator[str]:
    yield f"{'VERIFIED' if holds else 'NOT VERIFIED'}  {sha256}"
    for one in verdict.checks:
        yield f"  {one.name:<10}  {_SIGNS[one.state]:<7}  {shown(one.words, 200)}"
    if holds:
        told = {name: shown(value or "-", 80) for name, value in verdict.values.items()}
        yield f"  received {told['received']} from {told['submitter']} for {told['identity-code']}, {told['folder']}"
    else:
        yield from dict.fromkeys(f"  {one.remedy}" for one in verdict.checks if one.remedy)


def _text(named: Path | None, beside: Path) -> str:
    """Of a file that was named, or of the one beside the receipt, if it lies there."""
    data = _read(named.expanduser(), needed=True) if named is not None else _read(beside, needed=False)
    return data.decode("ascii", "replace")


def _read(path: Path, *, needed: bool) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except FileNotFoundError as error:
        if not needed:
            return b""
        raise Refused(NOT_UNDERSTOOD, what=f"There is no file {shown(str(path), 200)}.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(path), 200)} cannot be read: {why}.") from error
