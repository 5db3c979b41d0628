"""Holidays by ecpd's commands: the lists that come with it, and one that somebody wrote, while ecpd is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.adapters.database import open_engine, refuse_others, sole_process
from backend.contract.messages import SetHolidays
from backend.contract.rules.shown import shown
from backend.core.holiday_lists import holidays_of, shipped_lists
from backend.core.rows import Unit
from backend.settings import Settings, SettingsError
from backend.wiring import Platform, open_platform

_SHIPPED_FOR: Final = "Asia/Hong_Kong"
_LARGEST: Final = 200_000
IMPORTED: Final = "holidays-imported"


def import_shipped(settings: Settings) -> None:
    """Those of a new platform in Hong Kong; a year that has its list already keeps it."""
    if settings.timezone == _SHIPPED_FOR:
        _import(settings, [holidays_of(text) for text in shipped_lists()], over=False)


def import_file(settings: Settings, path: Path) -> SetHolidays:
    """All holidays of the file's year, in place of those before. Raises `SettingsError` while an ecpd runs."""
    try:
        with path.open("rb") as file:
            listed = holidays_of(file.read(_LARGEST).decode())
    except ValueError as error:
        raise SettingsError(f"{path} is no list of holidays: {shown(str(error), 300)}.") from error
    with sole_process(settings.url):
        engine = open_engine(settings.url)
        try:
            refuse_others(engine)
        finally:
            engine.dispose()
    _import(settings, [listed], over=True)
    return listed


def _import(settings: Settings, lists: list[SetHolidays], *, over: bool) -> None:
    platform = open_platform(settings)
    try:
        for listed in lists:
            _put(platform, listed, over=over)
    finally:
        platform.close()


def _put(platform: Platform, listed: SetHolidays, *, over: bool) -> None:
    now, ledger = platform.services.clock.now(), platform.ledger

    def unit(unit: Unit) -> None:
        if not over and any(day.year == listed.year for day in unit.decided().holidays):
            return
        unit.put_holidays(listed.year, {one.day: one.name for one in listed.holidays})
        ledger.record(unit, IMPORTED, now, "server", subject=str(listed.year), object=f"{len(listed.holidays)} days")

    platform.store.write(unit)
