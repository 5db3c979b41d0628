"""The migration: which folder is served where, and when the next ones move."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import Migration
from ecp_tui.client.transport import Transport


class MigrationCalls(Transport):
    """For everybody who is signed in."""

    async def migration(self, *, background: bool = False) -> Migration:
        return await self._get(Migration, paths.MIGRATION, background=background)
