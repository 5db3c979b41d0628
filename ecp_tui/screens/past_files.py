"""The dry run that a checker sees: it is made anew whenever the request is looked at, for files keep coming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.contract.messages import ChangeFolder, ChangeRequest, RuleTrial
from ecp_tui.rule_wording import past_lines, past_sentence

if TYPE_CHECKING:
    from ecp_tui.client import EcpClient


async def past_files(client: EcpClient, request: ChangeRequest) -> str:
    """What the proposed rule would have done to the files of the last 90 days; nothing for other requests."""
    asked = request.proposal
    if not isinstance(asked, ChangeFolder) or request.state not in ("draft", "submitted", "returned"):
        return ""
    tried = await client.try_rule(RuleTrial(code=asked.folder, rule=asked.rule))
    if tried.errors or tried.since is None:
        return ""
    named = [f"{sign} {words}" for sign, words in past_lines(tried)]
    return " ".join([past_sentence(tried), *named])
