"""What takes effect at once, each asked with its consequence: revoking a key, removing an address, withdrawing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from backend.contract.messages import ChangeRequest
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.dialogs import ConfirmDialog
from ecp_tui.screens.sftp_rows import said


def revoke(screen: EcpScreen, fingerprint: str, done: Callable[[], None]) -> None:
    words = f"{fingerprint}\n\nIt stops working this second and is never taken again. No checker is needed."
    dialog = ConfirmDialog("Revoke the key?", words, yes="Revoke and cut its connections")
    _ask(
        screen, dialog, lambda: screen.context.client.revoke_key(fingerprint), "Revoked; its connections are cut.", done
    )


def remove(screen: EcpScreen, login_id: str, network: str, done: Callable[[], None]) -> None:
    words = (
        f"{said(network)}\n\nSFTP is not taken from there any more. No checker is needed; adding it again needs one."
    )
    dialog = ConfirmDialog("Remove the address?", words, yes="Remove and cut its connections")
    client = screen.context.client
    _ask(screen, dialog, lambda: client.remove_address(login_id, network), f"Removed: {said(network)}", done)


def withdraw(screen: EcpScreen, request: ChangeRequest, done: Callable[[], None]) -> None:
    words = f"{request.id}  {request.title}\n\nNobody can check it any more; it can be made again."
    dialog = ConfirmDialog("Withdraw the request?", words, yes="Withdraw request")
    client = screen.context.client
    _ask(screen, dialog, lambda: client.decide(request, "withdraw"), f"Withdrawn: request {request.id}", done)


def _ask(
    screen: EcpScreen,
    dialog: ConfirmDialog,
    act: Callable[[], Awaitable[object]],
    told: str,
    done: Callable[[], None],
) -> None:
    async def take() -> None:
        await act()
        screen.app.notify(told, markup=False)
        done()

    def answered(sure: bool | None) -> None:
        if sure:
            screen.ask(take(), group="take")

    screen.app.push_screen(dialog, answered)
