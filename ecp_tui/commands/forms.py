"""`ecp forms`: the two application forms; checked by anybody, keyed in by the operator's staff."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from backend.contract.faults import NOT_FOUND, SESSION_ENDED, Exit, Refused
from backend.contract.messages import ApplyForm, Form, Line
from backend.contract.rules.form_documents import LARGEST_DOCUMENT, form_sha256, read_form
from backend.contract.rules.forms import TITLES, form_faults, refuse_faulty, warnings
from backend.contract.rules.shown import shown
from ecp_tui.commands.call import Call, command, fault_data
from ecp_tui.commands.change_requests import diff_lines, fact_lines, listed, propose, request_data, told
from ecp_tui.commands.nouns import Noun, asked, company_option, content, file_type, note_option, state_option
from ecp_tui.config import read_session


@dataclass(frozen=True, slots=True)
class Document:
    """A form as it came in: what it says, and its bytes' SHA-256."""

    name: str
    form: Form
    sha256: str


@click.group(cls=Noun)
def forms() -> None:
    """List forms, check one that is to be sent in, and key it in.

    The console's wizard fills them in (Apply, on the landing page). Checking one needs no account.

    \b
    Examples:
      ecp forms check ECP_FORM_ACME_1a2b3c4d.txt
      ecp forms key-in ECP_FORM_ACME_1a2b3c4d.txt
      ecp forms list --state all --json
    """


@forms.command("list")
@state_option
@company_option
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def list_(call: Call, state: str | None, company: str | None, cursor: str | None) -> Exit:
    """List forms that were keyed in, and what became of them.

    \b
    Examples:
      ecp forms
      ecp forms list --state applied --company ACME --json
    """
    async with call.client() as client:
        page = await client.requests(
            state=state,
            kind="apply-form",
            company=company,
            cursor=cursor,
        )
    return listed(call, page)


@forms.command()
@click.argument("request_id", type=click.IntRange(min=1), metavar="ID")
@command
async def show(call: Call, request_id: int) -> Exit:
    """Show a form that was keyed in, and how it stands.

    \b
    Examples:
      ecp forms show 12
      ecp forms show 12 --json
    """
    async with call.client() as client:
        request = await client.request(request_id)
        if request.kind != "apply-form":
            raise Refused(NOT_FOUND)
        call.answer(request_data(request), [] if call.json else told(request))
    return Exit.OK


@forms.command()
@click.argument("file", type=file_type)
@command
async def check(call: Call, file: Path) -> Exit:
    """Say what is wrong with a form.

    That needs no account; operators also see what applying it would change.

    \b
    Examples:
      ecp forms check ECP_FORM_ACME_1a2b3c4d.txt
      ecp forms check ECP_FORM_ACME_1a2b3c4d.txt --json
    """
    document = _document(file)
    if faults := form_faults(document.form):
        return _faulty(call, faults)
    lines = await _changes(call, document.form)
    call.answer(_check_data(document, lines), _check_lines(document, lines))
    return Exit.OK


@forms.command("key-in")
@click.argument("file", type=file_type)
@note_option
@command
async def key_in(call: Call, file: Path, note: str) -> Exit:
    """Key a form in, for another operator to check and apply.

    The SHA-256 of FILE as it came in is part of the request.

    \b
    Examples:
      ecp forms key-in ECP_FORM_ACME_1a2b3c4d.txt
      ecp forms key-in ECP_FORM_ACME_1a2b3c4d.txt --note "signed, by post" --json
    """
    document = _document(file)
    refuse_faulty(document.form)
    async with call.client() as client:
        return await propose(call, client, asked(ApplyForm, form=document.form, sha256=document.sha256, note=note))


def _document(file: Path) -> Document:
    data = content(file, LARGEST_DOCUMENT)
    return Document(shown(file.name, 200), read_form(data.decode("utf-8", "replace")), hashlib.sha256(data).hexdigest())


async def _changes(call: Call, form: Form) -> Sequence[Line] | None:
    """What it would change, for operators; None for everybody else."""
    if call.config.server is None or read_session(call.config) is None:
        return None
    try:
        async with call.client() as client:
            if (await client.me()).kind != "operator":
                return None
            return await client.check_form(form)
    except Refused as refused:
        if refused.number != SESSION_ENDED.number:
            raise
        return None


def _faulty(call: Call, faults: Sequence[Refused]) -> Exit:
    if call.json:
        call.answer(fault_data(faults[0]) | {"faults": [fault_data(one)["fault"] for one in faults]})
    else:
        for one in faults:
            call.note(str(one))
    return faults[0].fault.exit


def _check_data(document: Document, lines: Sequence[Line] | None) -> dict[str, Any]:
    form = document.form
    return {
        "state": "acceptable",
        "file_name": document.name,
        "title": TITLES[form.service],
        **form.model_dump(mode="json"),
        "sha256": document.sha256,
        "form_sha256": form_sha256(form),
        "warnings": warnings([form]),
        "lines": None if lines is None else [line.model_dump(mode="json") for line in lines],
    }


def _check_lines(document: Document, lines: Sequence[Line] | None) -> Iterator[str]:
    form = document.form
    yield f"acceptable  {document.name}"
    yield from fact_lines(_facts(document))
    for one in warnings([form]):
        yield ""
        yield from fact_lines([("!", one)])
    if lines is not None:
        yield ""
        yield "What it would change"
        yield from diff_lines(lines)


def _facts(document: Document) -> Iterator[tuple[str, str]]:
    form = document.form
    yield "form", TITLES[form.service]
    yield "company", f"{form.company}  {form.company_name}"
    for place, identity in enumerate(form.identities):
        words = f"{identity.action}  {identity.identity_code}  {identity.user_type}  {identity.name}"
        yield "" if place else "identities", words
    for place, who in enumerate(form.administrators):
        yield "" if place else "DAs", f"{who.action}  {who.login_id}  {who.name}"
    yield "SHA-256", document.sha256
