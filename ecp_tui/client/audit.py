"""The audit log over HTTP, as far as whoever is signed in may see it."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import LogEntry, LogExport, LogFilter, LogLeaves, LogPage, NewExport, Proof
from ecp_tui.client.transport import Transport


class AuditCalls(Transport):
    """Pages of it, one entry, and exports; nothing of it is believed before it was verified here."""

    async def log(
        self, wanted: LogFilter, *, cursor: str | None = None, limit: int = 100, background: bool = False
    ) -> LogPage:
        """One page, newest first."""
        asked = wanted.model_dump(mode="json", exclude_none=True) | {"limit": str(limit)}
        asked |= {"cursor": cursor} if cursor is not None else {}
        return await self._get(LogPage, paths.LOG, params=asked, background=background)

    async def log_entry(self, log_index: int, *, background: bool = False) -> LogEntry:
        return await self._get(LogEntry, paths.log_entry(log_index), background=background)

    async def log_proof(self, log_index: int, *, background: bool = False) -> Proof:
        """Of any entry that may be seen; `proof` is for acts on files alone."""
        return await self._get(Proof, paths.log_proof(log_index), background=background)

    async def begin_log_export(self, what: NewExport) -> LogExport:
        """Has the export recorded, before anything goes out."""
        return await self._post(LogExport, paths.LOG_EXPORTS, what.model_dump(mode="json"))

    async def log_leaves(self, export: LogExport, start: int, limit: int = 500) -> tuple[str, ...]:
        """Texts of the whole log in order; for the operator's staff, of an export that they began."""
        asked = {"start": str(start), "limit": str(limit)}
        return (await self._get(LogLeaves, paths.log_leaves(export.log_index), params=asked)).texts
