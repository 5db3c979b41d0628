"""The digest of what a checker is shown: approving names it, so that nothing else is ever applied."""

from __future__ import annotations

import hashlib
import json

from backend.contract.messages import Proposal
from backend.core.client_connect.changes.change import Plan


def digest_of(plan: Plan, proposal: Proposal, rev: int) -> str:
    """SHA-256 of what is shown: 64 hexadecimal digits."""
    shown = {
        "kind": proposal.kind,
        "rev": rev,
        "side": plan.side,
        "company": plan.company,
        "subject": plan.subject,
        "subject_name": plan.subject_name,
        "lines": [line.model_dump() for line in plan.lines],
        "fingerprint": plan.fingerprint,
        "proposal": proposal.model_dump(mode="json"),
    }
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
