"""A year's holidays as text: what a file of `backend/calendars` says, or one of the same form."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files

from pydantic import ValidationError

from backend.contract.messages import SetHolidays


def shipped_lists() -> Iterator[str]:
    """The texts of the lists that come with the product, by year."""
    folder = files("backend") / "calendars"
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.name.endswith(".toml"):
            yield one.read_text("utf-8")


def holidays_of(text: str) -> SetHolidays:
    """`year`, and a table `holidays` of a name for each day. Raises `ValueError` with what is wrong."""
    data = tomllib.loads(text)
    if unknown := set(data) - {"year", "holidays"}:
        raise ValueError(f"it says {', '.join(sorted(unknown))}, and only year and holidays are known")
    listed = data.get("holidays", {})
    days = [{"day": day, "name": name} for day, name in listed.items()] if isinstance(listed, dict) else listed
    try:
        asked = SetHolidays.model_validate({"year": data.get("year"), "holidays": days})
    except ValidationError as error:
        raise ValueError(_words(error, data)) from error
    if other := next((one.day for one in asked.holidays if one.day.year != asked.year), None):
        raise ValueError(f"{other} is not in {asked.year}")
    return asked


def _words(error: ValidationError, data: dict[str, object]) -> str:
    first = error.errors()[0]
    place, listed = first["loc"], data.get("holidays")
    if place[0] == "holidays" and len(place) > 1 and isinstance(place[1], int) and isinstance(listed, dict):
        return f"holidays: {list(listed)[place[1]]}: {first['msg']}"
    return f"{place[0]}: {first['msg']}"
