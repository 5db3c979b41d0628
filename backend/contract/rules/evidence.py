"""Evidence: whether a file, its receipt, the signature and the proof belong together. Needs nothing but these texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

from backend.contract.rules.checkpoints import Checkpoint, checkpoint_text, read_checkpoint
from backend.contract.rules.log_proofs import proven
from backend.contract.rules.proof_documents import ProofDocument, read_proof
from backend.contract.rules.receipts import RECEIPT, leaf_hash, read_document, read_instant, said
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import Signer, read_allowed_signers, read_revoked_keys
from backend.contract.rules.sshsig import CHECKPOINTS, RECEIPTS, fingerprint, signed_by

CheckName = Literal["receipt", "file", "signature", "log", "checkpoint", "since"]
CheckState = Literal["ok", "wrong", "missing"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what came of it in words."""

    name: CheckName
    state: CheckState
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody holds. Of all but the receipt the text may be missing, and is empty then."""

    receipt: bytes
    signature: str = ""
    proof: str = ""
    allowed_signers: str = ""
    revoked_keys: str = ""
    file_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it all. `values` are the receipt's, as far as it is one."""

    checks: tuple[Check, ...]
    values: dict[str, str | None]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong and nothing missing."""
        return all(check.state == "ok" for check in self.checks)

    @property
    def wrong(self) -> bool:
        return any(check.state == "wrong" for check in self.checks)


def judge(evidence: Evidence) -> Verdict:
    """Every check, also where an earlier one failed; without a receipt there is nothing else to look at."""
    try:
        text = evidence.receipt.decode("ascii")
        values = {key: said(value) for key, value in read_document(text).items()}
        if not text.startswith(f"{RECEIPT}\n"):
            raise ValueError
    except ValueError:
        return Verdict((_no_receipt(evidence.receipt),), {})
    signers = read_allowed_signers(evidence.allowed_signers)
    revoked = read_revoked_keys(evidence.revoked_keys)
    checks = [Check("receipt", "ok", f"{values['file-name']}, log index {values['log-index']} of {values['origin']}")]
    checks += [_file(evidence.file_sha256, values)] if evidence.file_sha256 else []
    proof, log = _log(evidence, values, text)
    checkpoint = _checkpoint(proof, values, signers, revoked)
    vouched = log.state == "ok" and checkpoint.state == "ok"
    checks += [_signature(evidence, values, signers, revoked, vouched=vouched), log, checkpoint]
    return Verdict(tuple(checks), values)


def judge_entry(evidence: Evidence) -> Verdict:
    """Of an entry of the log that is no receipt, in the place of one: whether the log has it, as a key that counts
    signed it."""
    try:
        text = evidence.receipt.decode("ascii")
        values = {key: said(value) for key, value in read_document(text).items()}
    except ValueError:
        words = "This is no entry of a log."
        return Verdict((Check("receipt", "wrong", words, _FETCH_PROOF),), {})
    proof, log = _log(evidence, values, text)
    signers, revoked = read_allowed_signers(evidence.allowed_signers), read_revoked_keys(evidence.revoked_keys)
    checks = (log, _checkpoint(proof, values, signers, revoked))
    return Verdict(tuple(one if one.state == "ok" else replace(one, remedy=_HAVE_AUDITED) for one in checks), values)


def _no_receipt(data: bytes) -> Check:
    if b"\r\n" in data and data.startswith(b"receipt-v1"):
        words = "Its line ends were converted: a receipt has LF alone."
        return Check("receipt", "wrong", words, "Fetch it once more, as binary.")
    return Check("receipt", "wrong", "This is not a receipt.", "Name the file NAME.receipt as it was saved.")


def _file(sha256: str, values: dict[str, str | None]) -> Check:
    if sha256 == values["sha256"]:
        return Check("file", "ok", f"SHA-256 {sha256}")
    words = f"The file's SHA-256 is {sha256}, the receipt's {values['sha256']}."
    return Check("file", "wrong", words, "Name the file whose receipt this is; it was not changed since it was sent.")


def _signature(
    evidence: Evidence, values: dict[str, str | None], signers: Sequence[Signer], revoked: set[str], *, vouched: bool
) -> Check:
    if not evidence.signature:
        return Check("signature", "missing", "There is no signature.", "Fetch NAME.receipt.sig too: ecp receipts save.")
    at = _instant(values["received"])
    known, key = _by_whom(evidence.signature, evidence.receipt, RECEIPTS, values["origin"], signers, at)
    if key is None:
        return Check("signature", "wrong", known, _OTHER_KEYS)
    if key in revoked and not vouched:
        words = f"The key {fingerprint(key)} was revoked."
        return Check(
            "signature", "wrong", words, "Fetch its proof anew: a checkpoint by a key that counts vouches for it."
        )
    more = ", revoked since; the checkpoint vouches for it" if key in revoked else ""
    return Check("signature", "ok", f"by {fingerprint(key)}{more}")


def _log(evidence: Evidence, values: dict[str, str | None], text: str) -> tuple[ProofDocument | None, Check]:
    if not evidence.proof:
        return None, Check("log", "missing", "There is no proof that the log has it.", _FETCH_PROOF)
    try:
        proof = read_proof(evidence.proof)
        checkpoint = read_checkpoint(proof.checkpoint_text)
    except ValueError:
        return None, Check("log", "wrong", "The proof is damaged.", _FETCH_PROOF)
    if str(proof.index) != values["log-index"]:
        return proof, Check("log", "wrong", f"The proof is of log index {proof.index}.", _FETCH_PROOF)
    if not proven(proof.index, checkpoint.size, leaf_hash(text), proof.hashes, checkpoint.root):
        words = f"The proof does not lead from this text to the checkpoint of {checkpoint.size} entries."
        return proof, Check("log", "wrong", words, _FETCH_PROOF)
    return proof, Check("log", "ok", f"entry {proof.index} of {checkpoint.size}")


def _checkpoint(
    proof: ProofDocument | None, values: dict[str, str | None], signers: Sequence[Signer], revoked: set[str]
) -> Check:
    if proof is None:
        return Check("checkpoint", "missing", "Without a proof there is no checkpoint.", _FETCH_PROOF)
    checkpoint = read_checkpoint(proof.checkpoint_text)
    if checkpoint.origin != values["origin"]:
        words = (
            f"The checkpoint is of {shown(checkpoint.origin, 80)}, the receipt of {shown(values['origin'] or '', 80)}."
        )
        return Check("checkpoint", "wrong", words, _FETCH_PROOF)
    return judge_checkpoint(checkpoint, proof.armour, signers, revoked)


def judge_checkpoint(checkpoint: Checkpoint, armour: str, signers: Sequence[Signer], revoked: set[str]) -> Check:
    """Whether a key that counts signed it."""
    signed = checkpoint_text(checkpoint).encode("ascii")
    known, key = _by_whom(armour, signed, CHECKPOINTS, checkpoint.origin, signers, checkpoint.at)
    if key is None:
        return Check("checkpoint", "wrong", known, _OTHER_KEYS)
    if key in revoked:
        words = f"The checkpoint was signed by {fingerprint(key)}, which was revoked."
        return Check(
            "checkpoint", "wrong", words, "Ask for one by a key that counts: ecp checkpoint, ecp receipts save."
        )
    return Check(
        "checkpoint", "ok", f"{checkpoint.size} entries, {checkpoint.at:%Y-%m-%d %H:%M:%S} UTC, by {fingerprint(key)}"
    )


def _by_whom(
    signature: str, data: bytes, namespace: str, origin: str | None, signers: Sequence[Signer], at: datetime
) -> tuple[str, str | None]:
    """The key that made it, if it may; else why not."""
    mine = [one for one in signers if one.origin == origin and namespace in one.namespaces]
    if not mine:
        return f"allowed_signers has no key of {shown(origin or '', 80)} for this.", None
    key = signed_by(signature, data, namespace, [one.public_key for one in mine])
    if key is None:
        return "It was not signed by a key in allowed_signers, or was changed since.", None
    if not any(one.public_key == key and one.counts(at) for one in mine):
        return f"The key {fingerprint(key)} did not count at {at:%Y-%m-%d %H:%M:%S} UTC.", None
    return "", key


def _instant(value: str | None) -> datetime:
    try:
        return read_instant(value or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


_HAVE_AUDITED: Final = "Have the log audited: ecpd audit verify."
_FETCH_PROOF: Final = "Fetch its proof: ecp receipts save."
_OTHER_KEYS: Final = (
    "Compare allowed_signers with the fingerprints that the operator publishes, and fetch the files anew."
)
