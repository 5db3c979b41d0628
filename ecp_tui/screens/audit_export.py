"""Exporting what a filter finds in the audit log: recorded before anything is read, as CSV or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.contract.messages import LogFilter, LogLine, NewExport
from ecp_tui import wording
from ecp_tui.lines import lines, quoted_twice
from ecp_tui.records import csv_of, json_of
from ecp_tui.screens.base import EcpScreen
from ecp_tui.screens.line import LineDialog
from ecp_tui.screens.save import keep

_MOST: Final = 500


async def export(screen: EcpScreen, wanted: LogFilter) -> None:
    """All that whoever asks may see of it, as of now; then where to. Over SSH the line whose command does it."""
    day = f"{screen.context.now():%Y-%m-%d}"
    if screen.context.reach == "ssh":
        given = lines(screen.context.line(_command(wanted)), ">", f"audit-log-{day}.jsonl")
        screen.app.push_screen(LineDialog("Export as JSON, a line an entry", given))
        return
    client, found, cursor = screen.context.client, list[LogLine](), None
    begun = await client.begin_log_export(NewExport(wanted=wanted))
    while True:
        page = await client.log(wanted, cursor=cursor, limit=_MOST)
        found += [one for one in page.entries if one.log_index < begun.size]
        cursor = page.cursor
        if cursor is None:
            break
        screen.say(f"Exporting … {wording.count(len(found), 'row')}")

    def content(path: Path) -> bytes:
        records = [one.model_dump(mode="json") for one in found]
        if path.suffix.lower() == ".json":
            return json_of(records)
        return csv_of(LogLine.model_fields, (record.values() for record in records))

    keep(screen, f"Export {wording.count(len(found), 'row')} as .csv or .json", f"audit-log-{day}.csv", content)


def _command(wanted: LogFilter) -> str:
    said = wanted.model_dump(mode="json", exclude_none=True).items()
    return " ".join(
        ["audit export -o -", *(f"--{_OPTIONS.get(name, name)} {quoted_twice(str(value))}" for name, value in said)]
    )


_OPTIONS: Final = {"from_date": "from", "to_date": "to", "login_id": "user"}
