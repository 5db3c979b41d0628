"""Exporting what a filter finds in the audit log: recorded before anything is read, as CSV or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.contract.messages import LogFilter, LogLine, NewExport
from ecp_tui import wording
from ecp_tui.records import csv_of, json_of
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.save import keep

_MOST: Final = 500


async def export(screen: EcpScreen, wanted: LogFilter) -> None:
    """All that whoever asks may see of it, as of now; then where to."""
    client, found, cursor = screen.context.client, list[LogLine](), None
    begun = await client.begin_log_export(NewExport(wanted=wanted))
    while True:
        page = await client.log(wanted, cursor=cursor, limit=_MOST)
        found += [one for one in page.entries if one.log_index < begun.size]
        cursor = page.cursor
        if cursor is None:
            break
        screen.say(f"Exporting … {wording.count(len(found), 'row')}")
    name = f"audit-log-{screen.context.now():%Y-%m-%d}.csv"

    def content(path: Path) -> bytes:
        records = [one.model_dump(mode="json") for one in found]
        if path.suffix.lower() == ".json":
            return json_of(records)
        return csv_of(LogLine.model_fields, (record.values() for record in records))

    keep(screen, f"Export {wording.count(len(found), 'row')} as .csv or .json", name, content)
