"""The way back in for people who are out: where the links in mails lead, and a mail asked for (FAQ Q16 to Q19)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from backend.contract.faults import Refused
from backend.contract.messages import Purpose
from ecp_tui.recovery_wording import MEANT, NEW, asked_lines
from ecp_tui.web.forms import client_of, fields_of, form_page, refuse_forged

_HERE: Final[tuple[Purpose, ...]] = ("reset", "unlock")
"""What a plain page can do; an authenticator is set up in the console."""
routes: Final = web.RouteTableDef()


@routes.get("/recover")
async def recover_page(request: web.Request) -> web.StreamResponse:
    """For a code, which a link brings where no server sees it, and for those who have none yet."""
    return form_page(request, "recover", asked=(), code="")


@routes.post("/recover/mail")
async def ask_for_mail(request: web.Request) -> web.StreamResponse:
    """The same answer whatever is true."""
    fields = await fields_of(request, "login_id", "phone")
    client = client_of(request)
    try:
        refuse_forged(request, fields["form"])
        await client.ask_recovery(fields["login_id"].strip(), fields["phone"].strip())
        return form_page(request, "recover", asked=asked_lines(await client.landing()), code="")
    except Refused as refused:
        return form_page(request, "recover", refused=refused, asked=(), code="")
    finally:
        await client.close()


@routes.post("/recover")
async def look_at_code(request: web.Request) -> web.StreamResponse:
    """What the code is for, and what that takes."""
    fields = await fields_of(request, "code")
    try:
        refuse_forged(request, fields["form"])
    except Refused as refused:
        return form_page(request, "recover", refused=refused, asked=(), code=fields["code"])
    return await _of_code(request, fields["code"])


@routes.post("/recover/code")
async def use_code(request: web.Request) -> web.StreamResponse:
    """Uses it; the form to sign in says what that brought."""
    fields = await fields_of(request, "code", "purpose", "password", "otp")
    client = client_of(request)
    try:
        refuse_forged(request, fields["form"])
        use = client.unlock if fields["purpose"] == "unlock" else client.reset_password
        await use(fields["code"], fields["password"], "".join(fields["otp"].split()))
    except Refused as refused:
        return await _of_code(request, fields["code"], refused)
    finally:
        await client.close()
    raise web.HTTPSeeOther(f"/?{'unlock' if fields['purpose'] == 'unlock' else 'reset'}")


async def _of_code(request: web.Request, code: str, refused: Refused | None = None) -> web.StreamResponse:
    client = client_of(request)
    try:
        facts = await client.look_at_code(code)
    except Refused as wrong:
        return form_page(request, "recover", refused=refused or wrong, asked=(), code=code)
    finally:
        await client.close()
    return form_page(
        request,
        "recover_code",
        refused=refused,
        code=code,
        facts=facts,
        meant=MEANT[facts.purpose],
        here=facts.purpose in _HERE,
        new=facts.purpose in NEW,
    )
