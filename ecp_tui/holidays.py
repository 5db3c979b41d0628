"""A year's holidays as people list them: dates and names, on lines of their own, in a row, or as a file of TOML."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from backend.contract.messages import Holiday

_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d)", re.ASCII)
_HEAD: Final = re.compile(r"#.*|\byear\s*=\s*\d{4}\b|\[holidays\]", re.ASCII)
"""What stands before the first day in a file."""
_BETWEEN: Final = ' \t\r\n,;:·="'


def holidays_in(text: str, year: int) -> tuple[list[Holiday], str]:
    """The holidays in a list of dates and names, on however many lines, and what could not be taken, in words."""
    lead, *pieces = _DATE.split(text)
    lead = _HEAD.sub("", lead)
    found, wrong = [], [f"“{lead.strip()[:40]}” has no date before it."] if lead.strip() else []
    for day, name in zip(pieces[::2], pieces[1::2], strict=True):
        try:
            one = Holiday.model_validate({"day": day, "name": name.strip(_BETWEEN)})
        except ValidationError:
            wrong.append(f"{day} is no day with a name of 1 to 80 characters.")
            continue
        if one.day.year == year:
            found.append(one)
        else:
            wrong.append(f"{day} is not in {year}.")
    if not pieces and not wrong:
        wrong = ["A date comes first, as 2027-01-01."]
    return found, " ".join(wrong[:3])
