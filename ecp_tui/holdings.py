"""What a holder keeps of a receipt: it, its signature, its proof, and who signs; as files, or as one that has all."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

from backend.contract.faults import NOT_UNDERSTOOD, Refused
from backend.contract.messages import Proof
from backend.contract.rules import signers
from backend.contract.rules.receipts import read_document, said
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import ALLOWED_SIGNERS, REVOKED_KEYS
from ecp_tui.saving import save

SCRIPT: Final = "verify.sh"
_README: Final = """\
Evidence of a submission
========================

{name}
log index {index} of {origin}, received {received}

Linux and macOS, with ssh-keygen (OpenSSH 8.9 or later):

    {line}

says that the exchange signed this receipt. All of it, the place in the exchange's log too, by sh and openssl:

    sh verify.sh {quoted}.receipt{file}

Windows, in cmd (ssh-keygen comes with Windows):

    {windows}

With ecp installed, on any computer, without a network:

    ecp verify FILE --receipt {name}.receipt

allowed_signers says whose keys count. Compare their fingerprints (ssh-keygen -lf allowed_signers) once with those
that the exchange publishes elsewhere.
"""


@dataclass(frozen=True, slots=True)
class Signers:
    """The two files about keys, as the server shows them."""

    allowed: str
    revoked: str

    @property
    def files(self) -> dict[str, bytes]:
        return {ALLOWED_SIGNERS: self.allowed.encode("ascii"), REVOKED_KEYS: self.revoked.encode("ascii")}


def script() -> bytes:
    """Verifies a receipt with nothing but sh, openssl and ssh-keygen."""
    return (files("backend.contract.rules") / SCRIPT).read_bytes()


def beside(receipt: str, proof: Proof) -> dict[str, bytes]:
    """The files of one receipt that is to be called so, `NAME.receipt`."""
    name = receipt.removesuffix(".receipt")
    found = {receipt: proof.receipt, f"{receipt}.sig": proof.signature, f"{name}.proof": proof.proof}
    return {file: text.encode("ascii") for file, text in found.items() if text}


def verify_line(receipt: str, proof: Proof) -> str:
    """What verifies the signature of a receipt that was saved under this name; empty where there is none."""
    if not proof.verify:
        return ""
    values = read_document(proof.receipt)
    received = datetime.fromisoformat(values["received"].replace("Z", "+00:00"))
    return signers.verify_line(said(values["origin"]) or "", receipt, received)


def windows_line(line: str) -> str:
    """The same for cmd, which quotes otherwise."""
    return line.replace("'", '"')


def bundle(held: Mapping[str, Proof], keys: Signers, submitted: Mapping[str, bytes] | None = None) -> bytes:
    """Receipts, by the names of their files, and all that verifies them, as a tar; the same bytes for the same content.

    `submitted` are the files themselves, where they are here.
    """
    contents: dict[str, bytes] = {**(submitted or {})}
    for name, proof in held.items():
        contents |= beside(f"{name}.receipt", proof)
    contents |= keys.files | {SCRIPT: script()}
    contents["README.txt"] = "\n".join(_words(name, proof, submitted or {}) for name, proof in held.items()).encode()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file, data in sorted(contents.items()):
            entry = tarfile.TarInfo(f"evidence/{file}")
            entry.size, entry.mode = len(data), 0o755 if file == SCRIPT else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def save_signers(folder: Path, keys: Signers, *, replace: bool = False) -> None:
    """Beside the receipts. What lies there and is more than an older version of the same is not written over."""
    for name, data in keys.files.items():
        path = folder / name
        try:
            before = path.read_bytes()
        except OSError:
            before = None
        if before == data:
            continue
        if before is not None and not data.startswith(before) and not replace:
            words = f"{shown(str(path), 200)} has other keys than this server shows; nothing was written over."
            raise Refused(NOT_UNDERSTOOD, what=words)
        save(path, data, replace=True)


def _words(name: str, proof: Proof, submitted: Mapping[str, bytes]) -> str:
    values = {key: said(value) or "-" for key, value in read_document(proof.receipt).items()}
    told = {"index": values["log-index"], "origin": values["origin"], "received": values["received"]}
    line = verify_line(f"{name}.receipt", proof)
    quoted = "'" + name.replace("'", "'\\''") + "'" if not name.replace(".", "").replace("_", "").isalnum() else name
    file = f" {quoted}" if name in submitted else ""
    windows = windows_line(line)
    return _README.format(name=name, line=line, quoted=quoted, file=file, windows=windows, **told)
