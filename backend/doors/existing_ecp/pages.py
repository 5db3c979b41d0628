"""The one page as HTML, with everything in it escaped; no script, and nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from backend.contract.faults import Refused
from backend.contract.messages import Receipt
from backend.core.existing_intake import Offered, Visit

_PAGES: Final = Environment(
    loader=PackageLoader("backend.doors.existing_ecp"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE: Final = (files("backend.doors.existing_ecp") / "templates" / "page.css").read_text("utf-8")
"""Stands in the page itself, allowed there by its hash."""
_OK: Final = 200


def sign_in_page(form_key: str, login: str = "", refused: Refused | None = None) -> HTMLResponse:
    return _page("sign_in", refused, form_key=form_key, login=login)


def submit_page(
    visit: Visit,
    offered: list[Offered],
    *,
    chosen: dict[str, str] | None = None,
    refused: Refused | None = None,
    receipt: Receipt | None = None,
) -> HTMLResponse:
    """The form, with what was chosen before, and what came of it."""
    identities = {one.code: one for each in offered for one in each.identities}
    facts = {
        "visit": visit,
        "offered": offered,
        "identities": [identities[code] for code in sorted(identities)],
        "chosen": {"folder": "", "identity_code": "", "input_date": "", **(chosen or {})},
        "receipt": receipt,
    }
    return _page("submit", refused, **facts)


def refusal_page(refused: Refused) -> HTMLResponse:
    """What was refused, and nothing else."""
    return _page("refused", refused)


def _page(name: str, refused: Refused | None, **facts: Any) -> HTMLResponse:
    text = _PAGES.get_template(f"{name}.html").render(style=STYLE, refused=refused, **facts)
    return HTMLResponse(text, refused.fault.http if refused is not None else _OK)
