"""The way to the page "Recover", from wherever somebody is out."""

from __future__ import annotations

from ecp_tui.screens.base import EcpScreen


def recover_page(code: str = "", login_id: str = "") -> EcpScreen:
    """The page "Recover", with what is known already."""
    from ecp_tui.screens.recover import RecoverScreen  # its module is loaded when somebody goes there

    return RecoverScreen(code, login_id)
