"""The catalogue, an endpoint a method."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import Appendix, CataloguePage, RuleTrial, TriedRule
from ecp_tui.client.transport import Transport


class CatalogueCalls(Transport):
    """Folders and functions as the operator's staff sees them."""

    async def catalogue(self, *, background: bool = False) -> CataloguePage:
        return await self._get(CataloguePage, paths.CATALOGUE, background=background)

    async def appendix(self) -> Appendix:
        """For whoever is signed in: which user types and functions open which folders."""
        return await self._get(Appendix, paths.APPENDIX)

    async def try_rule(self, trial: RuleTrial) -> TriedRule:
        """A dry run: nothing is asked for and nothing changes."""
        return await self._ask(TriedRule, paths.RULE_TRIALS, trial)
