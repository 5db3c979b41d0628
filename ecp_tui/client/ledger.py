"""The ledger over HTTP: proofs, checkpoints, and the keys that signed."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import Consistency, Continuity, Proof, SignedCheckpoint
from ecp_tui.client.transport import Transport


class LedgerCalls(Transport):
    """What a holder of receipts asks for; nothing of it is believed before it was verified here."""

    async def proof(self, log_index: int, *, background: bool = False) -> Proof:
        return await self._get(Proof, paths.proof(log_index), background=background)

    async def allowed_signers(self) -> str:
        """The keys that ever signed, as a file for OpenSSH; asked for without a session, too."""
        return (await self._send("GET", paths.ALLOWED_SIGNERS)).text

    async def revoked_keys(self) -> str:
        """Those of them whose signatures count no more."""
        return (await self._send("GET", paths.REVOKED_KEYS)).text

    async def checkpoint(self, size: int | None = None, *, background: bool = False) -> SignedCheckpoint:
        """The newest, or that of this size."""
        asked = {} if size is None else {"size": str(size)}
        return await self._get(SignedCheckpoint, paths.CHECKPOINT, params=asked, background=background)

    async def continuity(self, *, background: bool = False) -> Continuity:
        """For the operator's staff."""
        return await self._get(Continuity, paths.CONTINUITY, background=background)

    async def consistency(self, old: int, new: int) -> Consistency:
        return await self._get(Consistency, paths.CONSISTENCY, params={"old": str(old), "new": str(new)})
