"""One-Time-Passwords without a phone, in the demo alone: F9 fills in what the demo's own authenticator shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

from backend.contract.faults import Refused
from ecp_tui.screens.context import Context
from ecp_tui.widgets.keys import KEYS
from ecp_tui.widgets.password import OtpField

if TYPE_CHECKING:  # the first page does not wait for them
    from backend.contract.messages import DemoCode

_NONE: Final = "No authenticator is set up here: a mail in the demo's mailbox leads to one."
_YOURS: Final = "Your authenticator shows the code."
_PATIENCE: Final = 5.0


def hint(context: Context, otherwise: str = "6 digits, or a recovery code") -> str:
    """What an empty field says."""
    key = context.keys.get("demo_code", KEYS["demo_code"].shown)
    return f"{key} fills it in" if context.demo else otherwise


def fill_in(app: App[Any], context: Context, field: OtpField, shows: Callable[[], Awaitable[DemoCode]]) -> None:
    """Somebody wants in this field what `shows` answers."""
    if context.demo:
        app.run_worker(_fill(app, field, shows), group="demo-code", exclusive=True, exit_on_error=False)
    else:
        app.notify(_YOURS, markup=False)


def of(context: Context, login_id: str) -> Callable[[], Awaitable[DemoCode]]:
    """What somebody's authenticator shows, as it stands."""
    return lambda: context.client.demo_credentials(login_id)


async def _fill(app: App[Any], field: OtpField, shows: Callable[[], Awaitable[DemoCode]]) -> None:
    """Each code works once: where the next one is not due yet, it is waited for."""
    try:
        shown = await shows()
    except Refused as refused:
        app.notify(f"{refused.number}  {refused.what}", markup=False)
        return
    if shown.wait:
        wait = shown.wait
        app.notify(f"Waiting {wait:.0f} s for a new code …", markup=False, timeout=max(wait, _PATIENCE))
        await asyncio.sleep(wait)
    app.clear_notifications()
    if not shown.otp:
        app.notify(_NONE, markup=False)
    elif field.is_attached:
        field.value = shown.otp
        field.cursor_position = len(shown.otp)
