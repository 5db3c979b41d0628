"""What the demo adds, an endpoint a method."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import DemoCode, DemoCredentials, DemoMail, DemoPerson, DemoWorld
from ecp_tui.client.transport import Transport, cleaned


class DemoCalls(Transport):
    """The demo's own routes."""

    async def demo_people(self) -> list[DemoPerson]:
        answer = await self._send("GET", paths.DEMO_PEOPLE)
        return [DemoPerson.model_validate(row) for row in cleaned(answer.json())]

    async def demo_credentials(self, login_id: str) -> DemoCredentials:
        return await self._post(DemoCredentials, paths.demo_credentials(login_id))

    async def demo_code(self, secret: str) -> DemoCode:
        """What an authenticator shows once this secret was added to it."""
        return await self._post(DemoCode, paths.DEMO_CODE, {"secret": secret})

    async def demo_world(self) -> DemoWorld:
        return await self._get(DemoWorld, paths.DEMO_WORLD)

    async def demo_mails(self, *, background: bool = False) -> list[DemoMail]:
        """All mails the demo's platform sent, newest first."""
        return await self._list(DemoMail, paths.DEMO_MAILS, background=background)
