"""What a holder keeps of a receipt: it, its signature, its proof, and who signs; as files, or as one that has all."""

from __future__ import annotations

import io
import shlex
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Proof, Receipt
from backend.contract.rules import signers
from backend.contract.rules.receipts import read_document, read_instant, said
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui.saving import file_name, save

SCRIPT: Final = "verify.sh"
_WORDS: Final = "README.txt"
_LONG: Final = 180
_UNSIGNED: Final = "(this receipt is older than any key of the exchange: its proof alone speaks for it)"
_README: Final = """\
Evidence of a submission
========================

{name}
log index {index} of {origin}, received {received}

Linux and macOS, with ssh-keygen (OpenSSH; tried with 9.2):

    {line}

says that the exchange signed this receipt. All of it, the place in the exchange's log too, by sh and openssl:

    sh verify.sh {receipt}{file}

Windows, in cmd (ssh-keygen comes with Windows; in PowerShell put the line into cmd /c '...'):

    {windows}

That takes OpenSSH 9.1 or later (ssh -V). With an older one leave -Overify-time=... out: it then asks whether the key
counts today, and knows none that the exchange has changed since.

With ecp installed, on any computer, without a network:

    ecp verify FILE --receipt {name}.receipt

allowed_signers says whose keys count. Compare their fingerprints once with those that the exchange publishes elsewhere:

    {shows}
"""
SHOWS_KEYS: Final = f"cut -d' ' -f3- {ALLOWED_SIGNERS} | ssh-keygen -lf -"
"""The fingerprints in the file: ssh-keygen reads no line with options."""


@dataclass(frozen=True, slots=True)
class Signers:
    """The two files about keys, as the server shows them."""

    allowed: str
    revoked: str

    @property
    def files(self) -> dict[str, bytes]:
        return {ALLOWED_SIGNERS: self.allowed.encode(), REVOKED_KEYS: self.revoked.encode()}


def script() -> bytes:
    """Verifies a receipt with nothing but sh, openssl and ssh-keygen."""
    return (files("backend.contract.rules") / SCRIPT).read_bytes()


def beside(receipt: str, proof: Proof) -> dict[str, bytes]:
    """The files of one receipt that is to be called so, `NAME.receipt`."""
    name = receipt.removesuffix(".receipt")
    found = {receipt: proof.receipt, f"{receipt}.sig": proof.signature, f"{name}.proof": proof.proof}
    return {file: text.encode() for file, text in found.items() if text}


def verify_line(receipt: str, proof: Proof) -> str:
    """What verifies the signature of a receipt that was saved under this name; empty where there is none."""
    if not proof.signature:
        return ""
    values = read_document(proof.receipt)
    return signers.verify_line(said(values["origin"]) or "", receipt, read_instant(values["received"]))


def windows_line(line: str) -> str:
    """The same for cmd, which quotes otherwise."""
    return line.replace("'", '"')


def bundle(held: Mapping[str, Proof], keys: Signers, submitted: Mapping[str, bytes] | None = None) -> bytes:
    """Receipts, by the names of their files, and all that verifies them, as a tar; the same bytes for the same content.

    `submitted` are the files themselves, where they are here.
    """
    contents = keys.files | {SCRIPT: script()}
    for name, proof in held.items():
        contents |= beside(f"{name}.receipt", proof)
    contents[_WORDS] = "\n".join(_words(name, proof, submitted or {}) for name, proof in held.items()).encode()
    for name in submitted or {}:
        if name in contents:
            raise Refused(NOT_UNDERSTOOD, what=f"{shown(name, 200)} is what another file in there is called.")
    contents |= submitted or {}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for file, data in sorted(contents.items()):
            entry = tarfile.TarInfo(f"evidence/{file}")
            entry.size, entry.mode = len(data), 0o755 if file == SCRIPT else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def save_all(receipt: Path, proof: Proof, keys: Signers, *, replace: bool = False) -> list[Path]:
    """The receipt under that name, and all that goes with it beside it; returns where.

    Raises `FileExistsError` before anything is written, unless it may `replace`. Keys that lie there are never written
    over by a server that does not show all of them.
    """
    receipt = receipt.expanduser().absolute()
    files = {receipt.with_name(name): data for name, data in beside(receipt.name, proof).items()}
    for name, data in keys.files.items():
        _refuse_other_keys(receipt.with_name(name), data)
    for path in files:
        if not replace and path.exists():
            raise FileExistsError(path)
    written = [save(path, data, replace=replace) for path, data in files.items()]
    save_signers(receipt.with_name(ALLOWED_SIGNERS), keys)
    return written


def save_signers(allowed: Path, keys: Signers) -> Path:
    """The keys under that name, and those that count no more beside them; in place of files with no other keys."""
    allowed = allowed.expanduser().absolute()
    files = dict(zip((allowed, allowed.with_name(REVOKED_KEYS)), keys.files.values(), strict=True))
    for path, data in files.items():
        _refuse_other_keys(path, data)
    for path, data in files.items():
        save(path, data, replace=True)
    return allowed


def receipt_name(receipt: Receipt) -> str:
    """Of the file, as its receipt is called by SFTP too; of a version that stands no more with its number."""
    activity = receipt.activity
    version = f".v{activity.version}" if activity.superseded_by is not None else ""
    return file_name(f"{activity.file_name or activity.log_index}{version}")


def receipt_names(receipts: Sequence[Receipt]) -> list[str]:
    """Of each; of those that would be called the same the log index as well, so that none takes another's place."""
    names = [receipt_name(one) for one in receipts]
    called = Counter(name.casefold() for name in names)
    return [
        f"{name[:_LONG]}.{one.activity.log_index}" if called[name.casefold()] > 1 else name
        for name, one in zip(names, receipts, strict=True)
    ]


def _refuse_other_keys(path: Path, data: bytes) -> None:
    """A key may come, and an older one may end; none goes."""
    try:
        before = path.read_text("ascii", "replace")
    except OSError:
        return
    known, shows = _keys(before), _keys(data.decode("utf-8"))
    if not known <= shows or (before.strip() and not known):
        words = f"{shown(str(path), 200)} has other keys than this server shows; nothing was written."
        raise Refused(NOT_UNDERSTOOD, what=words)


def _keys(text: str) -> set[str]:
    return {one.public_key for one in signers.read_allowed_signers(text)} | signers.read_revoked_keys(text)


def _words(name: str, proof: Proof, submitted: Mapping[str, bytes]) -> str:
    values = {key: said(value) or "-" for key, value in read_document(proof.receipt).items()}
    told = {"index": values["log-index"], "origin": values["origin"], "received": values["received"]}
    line = verify_line(f"{name}.receipt", proof) or _UNSIGNED
    told |= {"line": line, "windows": windows_line(line), "receipt": shlex.quote(f"{name}.receipt")}
    told["file"] = f" {shlex.quote(name)}" if name in submitted else ""
    return _README.format(name=name, shows=SHOWS_KEYS, **told)
