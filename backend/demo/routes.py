"""The demo's own routes: who one can be, what they would type, and where the samples lie. On loopback only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import DemoCode, DemoCredentials, DemoMail, DemoPerson, DemoSecret, DemoWorld
from backend.demo.authenticator import DemoAuthenticator
from backend.demo.cast import Cast
from backend.demo.mailbox import Mailbox
from backend.demo.world import Credentials
from backend.wiring import Platform


def demo_routes(platform: Platform, people: Sequence[Credentials], world: Callable[[], DemoWorld]) -> APIRouter:
    """The demo's authenticator and mailbox, and what the console's Demo page shows."""
    router = APIRouter(tags=["demo"])
    authenticator = DemoAuthenticator(platform.codes, platform.services.clock)
    cast = Cast(platform, people, authenticator)
    mailbox = Mailbox(platform.mail, platform.mails)

    @router.get(paths.DEMO_PEOPLE)
    def listed() -> list[DemoPerson]:
        return cast.people()

    @router.post(paths.DEMO_PEOPLE + "/{login_id}/credentials")
    def credentials(login_id: str) -> DemoCredentials:
        return cast.credentials(login_id)

    @router.post(paths.DEMO_CODE)
    def scanned(form: DemoSecret) -> DemoCode:
        return authenticator.scanned(form.secret)

    @router.get(paths.DEMO_WORLD)
    def shown() -> DemoWorld:
        return world()

    @router.get(paths.DEMO_MAILS)
    def mails() -> list[DemoMail]:
        return mailbox.mails()

    return router
