"""Changing the catalogue in tests: OPER01 proposes, OPER02 approves."""

from __future__ import annotations

from backend.contract.messages import Approval, ChangeFolder, ChangeFunction, ChangeRequest, NewRequest
from backend.core.catalogue_text import folder_text
from tests.world import World


class Pair:
    """Two operators at the catalogue."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.maker, self.checker = world.actor("OPER01"), world.actor("OPER02")

    def rule(self, folder: str = "SD-1") -> str:
        """As it stands."""
        with self.world.platform.store.reading() as rows:
            return folder_text(rows.catalogue().folders[folder])

    def propose(self, rule: str, folder: str = "SD-1") -> ChangeRequest:
        return self._make(ChangeFolder(folder=folder, rule=rule))

    def propose_function(self, function: str, rule: str) -> ChangeRequest:
        return self._make(ChangeFunction(function=function, rule=rule))

    def approve(self, request: ChangeRequest) -> ChangeRequest:
        approval = Approval(rev=request.rev, digest=request.digest)
        return self.world.services.requests.approve(self.checker, request.id, approval)

    def change(self, old: str, new: str, folder: str = "SD-1") -> ChangeRequest:
        """Proposed and approved at once."""
        rule = self.rule(folder)
        assert old in rule, rule
        return self.approve(self.propose(rule.replace(old, new), folder))

    def _make(self, proposal: ChangeFolder | ChangeFunction) -> ChangeRequest:
        return self.world.services.requests.make(self.maker, NewRequest(proposal=proposal))
