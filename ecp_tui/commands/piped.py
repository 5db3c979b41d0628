"""A file that comes by standard input: it goes to the server as it comes, by a ticket of this very command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, cast

import click

from backend.contract.faults import UNEXPECTED, Refused
from backend.contract.messages import Check, FileTicketProgress, Receipt, TicketedFile, TicketedSubmission
from ecp_tui.client import CHUNK, EcpClient
from ecp_tui.commands.local import STANDARD
from ecp_tui.draft import Draft
from ecp_tui.transfers import new_submission_id

_LONGEST_NAME: Final = 200
name_option = click.option(
    "--name",
    metavar="NAME",
    callback=lambda _ctx, _param, name: _plain(name),
    help="With -: what the file is called.",
)


@dataclass(frozen=True, slots=True)
class Piped:
    """What came by standard input and waits on the server, submitted only where it is asked for."""

    client: EcpClient
    draft: Draft
    ticket_id: str
    arrived: FileTicketProgress

    async def check(self) -> Check:
        return await self.client.check_ticketed(self.ticket_id, TicketedFile(**self._said()))

    async def submit(self, explanation: str | None = None) -> Receipt:
        wish = TicketedSubmission(submission=new_submission_id(), explanation=explanation, **self._said())
        return await self.client.submit_ticketed(self.ticket_id, wish)

    def _said(self) -> dict[str, Any]:
        folder, identity_code, input_date = self.draft.complete()
        return {
            "folder": folder.folder,
            "identity_code": identity_code,
            "input_date": input_date,
            "file_name": self.draft.file_name,
        }


@asynccontextmanager
async def piped(client: EcpClient, draft: Draft) -> AsyncIterator[Piped]:
    """All of standard input on the server; whatever the name alone decides is refused before. Nothing is left there."""
    draft.request(None)
    ticket = await client.make_ticket("submit", draft.file_name)
    try:
        arrived = await client.send_ticketed(ticket.ticket, blocks(), file_name=draft.file_name)
        if arrived.size is None or arrived.sha256 is None:
            raise Refused(UNEXPECTED, reference=f"a file that is {arrived.state}")
        yield Piped(client, draft, ticket.id, arrived)
    finally:
        with _forgotten():
            await client.drop_ticket(ticket.id)


async def blocks() -> AsyncIterator[bytes]:
    """Standard input as it comes."""
    source = cast(BufferedReader, sys.stdin.buffer)
    while block := await asyncio.to_thread(source.read1, CHUNK):
        yield block


def named(files: Sequence[Path], name: str | None) -> Path:
    """The one file as it is called; a usage error where standard input has no name, or anything else has another."""
    if STANDARD not in files:
        if name is not None:
            raise click.UsageError("--name goes with -, which has no name of its own.")
        return files[0]
    if len(files) > 1:
        raise click.UsageError("- is one file: submit the others by a call of their own.")
    if name is None:
        raise click.UsageError("Standard input has no name of its own: add --name SD1_01234_20261120.csv")
    return Path(name)


def _plain(name: str | None) -> str | None:
    if name is not None and (not name or len(name) > _LONGEST_NAME or set(name) & set("/\\\0") or name in {".", ".."}):
        raise click.BadParameter("it is a name, without folders, of at most 200 characters")
    return name


@contextmanager
def _forgotten() -> Iterator[None]:
    """The server lets go of it by itself, where it does not hear."""
    try:
        yield
    except Refused:
        return
