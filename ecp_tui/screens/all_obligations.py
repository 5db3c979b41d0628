"""All obligations that a page is about: asked for page by page, and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from backend.contract.messages import Obligation
from ecp_tui import wording
from ecp_tui.obligation_records import obligations_as_csv, obligations_as_json
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.save import keep

_PAGE: Final = 500


async def all_of(screen: EcpScreen, *, background: bool = False, **wanted: Any) -> tuple[Obligation, ...]:
    """Every page of what fits, as one."""
    items: list[Obligation] = []
    cursor: str | None = None
    while True:
        page = await screen.context.client.obligations(cursor=cursor, limit=_PAGE, background=background, **wanted)
        items += page.items
        cursor = page.cursor
        if cursor is None:
            return tuple(items)


def save_obligations(screen: EcpScreen, name: str, items: tuple[Obligation, ...]) -> None:
    """As CSV or, with a name that ends so, as JSON."""

    def content(path: Path) -> bytes:
        return obligations_as_json(items) if path.suffix.lower() == ".json" else obligations_as_csv(items)

    keep(screen, f"Export {wording.count(len(items), 'row')} as .csv or .json", f"{name}.csv", content)
