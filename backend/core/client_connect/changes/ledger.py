"""Changes of the ledger: that entries are lost for good, accepted by two operators."""

from __future__ import annotations

from datetime import datetime

from backend.contract.faults import NOT_FOUND, NOT_UNDERSTOOD, Refused
from backend.contract.messages import AcceptLoss, Line
from backend.core.client_connect.changes.change import Plan
from backend.core.continuity import Continuity
from backend.core.log import roots
from backend.core.rows import Rows, Unit


class AcceptLossChange:
    """What was found in the lost log's place goes on growing: what was proposed must be a beginning of it.

    Both heads stand in the entry, for whoever holds older receipts.
    """

    def __init__(self, continuity: Continuity) -> None:
        self._continuity = continuity

    def plan(self, rows: Rows, company: str | None, proposal: AcceptLoss, now: datetime) -> Plan:
        if company is not None:
            raise Refused(NOT_FOUND)
        loss = self._continuity.loss
        if loss is None:
            raise Refused(NOT_UNDERSTOOD, what="The log has all that it ever had: there is no loss to accept.")
        vouched = (loss.anchor.size, loss.anchor.root.hex()) == (proposal.anchor_size, proposal.anchor_root)
        if not (vouched and _begins(rows, proposal)):
            raise Refused(NOT_UNDERSTOOD, what="The server found other heads by now: propose it anew.")
        lines = (
            Line(label="Entries", before=f"{loss.anchor.size:,}", after=f"{proposal.size:,}", weighs=True),
            Line(label="Root", before=proposal.anchor_root, after=proposal.root),
            Line(label="Vouched for", before=f"{loss.anchor.at:%Y-%m-%d %H:%M:%S} UTC", after="no more", weighs=True),
            Line(label="Reason", before="", after=proposal.reason),
        )
        heads = f"{loss.anchor.size} {loss.anchor.root.hex()} {proposal.size} {proposal.root}"
        return Plan("operator", None, "AUDIT-LOG", "Audit log", lines, object=heads)

    def apply(self, unit: Unit, proposal: AcceptLoss, plan: Plan, now: datetime) -> bool:
        """The entry that names both heads is the one before the log's end."""
        if (loss := self._continuity.loss) is not None:
            unit.accept_loss(unit.head().size - 1, loss.anchor, proposal.size, bytes.fromhex(proposal.root))
        return False


def _begins(rows: Rows, proposal: AcceptLoss) -> bool:
    """Whether the log begins with the entries of that head."""
    if not 0 < proposal.size <= rows.head().size:
        return False
    try:
        (root,) = roots(rows, [(0, proposal.size)])
    except LookupError:
        return (rows.head().size, rows.head().root.hex()) == (proposal.size, proposal.root)
    return root.hex() == proposal.root
