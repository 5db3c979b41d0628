"""Files through the SFTP door with a registered key, for work that runs alone. Only what needs it loads it."""

from __future__ import annotations

import shlex
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Final, cast

import asyncssh
from asyncssh import FXF_CREAT, FXF_TRUNC, FXF_WRITE

from backend.contract.faults import FILE_CHANGED, INCOMPLETE_UPLOAD, NOT_FOUND, UNEXPECTED, Refused
from backend.contract.messages import Activity, Fetchable, Publication, Receipt
from backend.contract.rules.finding_documents import read_findings
from backend.contract.rules.receipts import leaf_hash, read_document, said
from backend.contract.rules.refusals import read_refusal, read_status
from backend.contract.rules.shown import shown, shown_lines
from ecp_tui.client.sftp_places import Place, Tree, draft_name, says_date
from ecp_tui.client.ssh_line import Entrance, failed, line
from ecp_tui.digest import as_checked
from ecp_tui.draft import Upload

_BLOCK: Final = 4 * 1024 * 1024
"""Read and sent at once: asyncssh has as many packets of it under way as the line takes."""
_LONGEST_DOCUMENT: Final = 256 * 1024
_STAFF: Final = frozenset({"collect", "publish"})
_OLDER: Final = 20
"""Versions looked through for one's own, where others have replaced it since."""


class SftpClient:
    """One connection, made when it is first needed and again after it was cut."""

    def __init__(self, entrance: Entrance) -> None:
        self.entrance = entrance
        self._open = AsyncExitStack()
        self._line: tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient] | None = None

    async def close(self) -> None:
        self._line = None
        with suppress(OSError, asyncssh.Error):  # it was cut already
            await self._open.aclose()

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────

    async def tree(self) -> Tree:
        """The folders of each identity code that the account may use by SFTP."""
        async with self._speaking() as (_, sftp):
            codes = sorted(set(await _folders(sftp, "/")) - _STAFF)
            return {code: sorted(await _folders(sftp, f"/{code}")) for code in codes}

    async def published(self, tree: Tree, name: str | None = None, *, limit: int = 1) -> list[Publication]:
        """Published files, newest first, with their SHA-256; of this name alone where one is given."""
        places = [Place(code, folder) for code, folders in tree.items() for folder in folders]
        async with self._speaking() as (connection, sftp):
            found = [one for place in places for one in await _published(sftp, place, name)]
            newest = sorted(found, key=lambda one: (one.at, one.file_name), reverse=True)[:limit]
            return [await _hashed(connection, one) for one in newest]

    async def fetch(self, wanted: Fetchable, offset: int) -> AsyncGenerator[bytes, None]:
        """Its bytes from an offset on."""
        path = f"{Place(wanted.identity_code, wanted.folder).download}/{wanted.file_name}"
        async with self._speaking() as (_, sftp), sftp.open(path, "rb", encoding=None) as file:
            while data := await file.read(_BLOCK, offset):
                offset += len(data)
                yield cast(bytes, data)

    # ── submitting ───────────────────────────────────────────────────────────────────────────────────────────

    async def submit(self, upload: Upload, heard: Callable[[int], None] | None = None) -> Receipt:
        """Sends under a temporary name that only these bytes have, going on from what is kept; then names the file.

        Returns only a receipt that says the SHA-256 of `upload`. What was accepted before is not sent again.
        """
        place = Place(upload.identity_code, upload.folder)
        async with self._speaking() as (connection, sftp):
            before = await _receipt(sftp, f"{place.receipts}/{upload.file_name}.receipt")
            if before is not None and _same(before, upload) and _says_its_date(before):
                return before.model_copy(update={"replayed": not upload.again})
            draft = f"{place.submit}/{draft_name(upload.file_name, upload.sha256)}"
            await _sent(connection, sftp, draft, upload, heard)
            try:
                await sftp.rename(draft, f"{place.submit}/{upload.file_name}")
            except asyncssh.SFTPError as error:
                raise await self._why(sftp, place, draft, upload.file_name, error) from error
            receipt = await _own_receipt(sftp, place, upload)
            found = read_findings(await _text(sftp, f"{place.receipts}/{upload.file_name}.findings.txt") or "")
        receipt = receipt.model_copy(update={"activity": receipt.activity.model_copy(update={"findings": found})})
        stood = before is not None and before.activity.log_index == receipt.activity.log_index
        return receipt.model_copy(update={"replayed": stood})

    async def _why(
        self, sftp: asyncssh.SFTPClient, place: Place, draft: str, name: str, error: asyncssh.SFTPError
    ) -> Refused:
        """In the words of `NAME.refused.txt`, which has all that was found; the draft is let go of."""
        status = read_status(error.reason)
        if status is None:
            return failed(self.entrance, error)
        with suppress(asyncssh.SFTPError):  # most refusals have let go of it already
            await sftp.remove(draft)
        text = await _text(sftp, f"{place.receipts}/{name}.refused.txt")
        with suppress(ValueError):  # another program's file, or none: the status has said enough
            told = read_refusal(text or "")
            return told if told.number == status.number else status
        return status

    @asynccontextmanager
    async def _speaking(self) -> AsyncIterator[tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient]]:
        """The line; after a failure of it there is none, and the next one who speaks makes another."""
        try:
            if self._line is None:
                connection = await self._open.enter_async_context(line(self.entrance))
                self._line = connection, await self._open.enter_async_context(connection.start_sftp_client())
            yield self._line
        except (OSError, asyncssh.Error) as error:
            await self.close()
            raise failed(self.entrance, error) from error


async def _sent(
    connection: asyncssh.SSHClientConnection,
    sftp: asyncssh.SFTPClient,
    draft: str,
    upload: Upload,
    heard: Callable[[int], None] | None,
) -> None:
    tell = heard or (lambda _: None)
    kept = await _kept(sftp, draft, upload.size)
    tell(kept)
    if kept < upload.size or not upload.size:
        how = FXF_WRITE if kept else FXF_WRITE | FXF_CREAT | FXF_TRUNC
        async with sftp.open(draft, how, encoding=None) as file:
            at = kept
            blocks = as_checked(upload.path, upload.size, upload.modified, _BLOCK, kept)
            async with aclosing(blocks):
                async for block in blocks:
                    await file.write(block, at)
                    at += len(block)
                    tell(at)
    if kept and await _sha256(connection, draft) != upload.sha256:
        await sftp.remove(draft)
        raise Refused(INCOMPLETE_UPLOAD, received=f"{kept:,}", expected=f"{upload.size:,}")


async def _kept(sftp: asyncssh.SFTPClient, draft: str, size: int) -> int:
    try:
        kept = (await sftp.stat(draft)).size or 0
    except asyncssh.SFTPNoSuchFile:
        return 0
    return kept if kept <= size else 0


async def _own_receipt(sftp: asyncssh.SFTPClient, place: Place, upload: Upload) -> Receipt:
    """The receipt of these bytes: the current one, or an older one where somebody replaced them since."""
    path = f"{place.receipts}/{upload.file_name}"
    current = await _receipt(sftp, f"{path}.receipt")
    if current is not None and _same(current, upload):
        return current
    version = (current.activity.version or 1) if current is not None else 1
    for number in range(version - 1, max(0, version - 1 - _OLDER), -1):
        older = await _receipt(sftp, f"{path}.v{number}.receipt")
        if older is not None and _same(older, upload):
            activity = older.activity.model_copy(update={"state": "superseded"})
            return older.model_copy(update={"activity": activity})
    name = shown(upload.file_name, 60)
    raise Refused(FILE_CHANGED, what=f"There is no receipt of {name} with SHA-256 {upload.sha256}.")


async def _receipt(sftp: asyncssh.SFTPClient, path: str) -> Receipt | None:
    text = await _text(sftp, path)
    if text is None:
        return None
    try:
        return receipt_of(text)
    except ValueError as error:
        raise Refused(UNEXPECTED, reference=f"{shown(path, 80)} is not a receipt") from error


def receipt_of(text: str) -> Receipt:
    """The receipt that a text is; raises `ValueError` where it is none."""
    values = {key: said(value) for key, value in read_document(text).items()}
    facts = {key.replace("-", "_"): shown(value, 400) for key, value in values.items() if value is not None}
    activity = Activity.model_validate(
        facts
        | {"at": facts.get("received"), "act": "accepted", "state": "accepted", "login_id": facts.get("submitter")}
    )
    return Receipt(activity=activity, receipt=shown_lines(text), leaf_hash=leaf_hash(text).hex())


def _same(receipt: Receipt, upload: Upload) -> bool:
    one = receipt.activity
    return (one.file_name, one.sha256, one.size) == (upload.file_name, upload.sha256, upload.size)


def _says_its_date(receipt: Receipt) -> bool:
    """Whether the same name and bytes cannot be meant for another day."""
    one = receipt.activity
    return one.input_date is not None and says_date(one.file_name or "", one.input_date)


async def _text(sftp: asyncssh.SFTPClient, path: str) -> str | None:
    try:
        async with sftp.open(path, "rb", encoding=None) as file:
            return cast(bytes, await file.read(_LONGEST_DOCUMENT)).decode(errors="backslashreplace")
    except asyncssh.SFTPNoSuchFile:
        return None


async def _folders(sftp: asyncssh.SFTPClient, path: str) -> list[str]:
    """The folders in a folder: files lie beside those of identities."""
    found = [one for one in await sftp.readdir(path) if stat.S_ISDIR(one.attrs.permissions or 0)]
    return [name for name in (str(one.filename) for one in found) if name not in {".", ".."}]


async def _published(sftp: asyncssh.SFTPClient, place: Place, name: str | None) -> list[Publication]:
    try:
        if name is not None:
            return [_publication(place, name, await sftp.stat(f"{place.download}/{name}"))] if "/" not in name else []
        found = await sftp.readdir(place.download)
    except asyncssh.SFTPNoSuchFile:
        return []
    return [_publication(place, str(one.filename), one.attrs) for one in found if one.filename not in {".", ".."}]


def _publication(place: Place, name: str, attributes: asyncssh.SFTPAttrs) -> Publication:
    """What SFTP tells of it. Place in the log, version and input date it does not: those are not to be shown."""
    return Publication(
        log_index=0,
        at=datetime.fromtimestamp(attributes.mtime or 0, UTC),
        state="published",
        folder=place.folder,
        folder_title="",
        identity_code=place.identity_code,
        input_date=date.min,
        file_name=shown(name),
        size=attributes.size or 0,
        sha256="",
        version=0,
    )


async def _hashed(connection: asyncssh.SSHClientConnection, one: Publication) -> Publication:
    sha256 = await _sha256(connection, f"{Place(one.identity_code, one.folder).download}/{one.file_name}")
    return one.model_copy(update={"sha256": sha256})


async def _sha256(connection: asyncssh.SSHClientConnection, path: str) -> str:
    """As the server knows it, or of what is kept of a draft."""
    answer = await connection.run(f"sha256sum {shlex.quote(path)}")
    if answer.exit_status != 0:
        raise Refused(NOT_FOUND)
    return str(answer.stdout)[:64]
