"""`ecp audit`: the audit log for programs and pipes: listed, shown, exported, and an export verified anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import LogFilter, LogLine, NewExport
from backend.contract.rules.checkpoints import read_checkpoint, read_signed
from backend.contract.rules.evidence import Check, judge_checkpoint
from backend.contract.rules.merkle import Head
from backend.contract.rules.receipts import instant_text
from backend.contract.rules.shown import shown
from backend.contract.rules.signers import read_allowed_signers, read_revoked_keys
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, Day, command
from ecp_tui.commands.holding import LARGEST, check_data, check_lines
from ecp_tui.commands.local import STANDARD, LocalFile, read_local
from ecp_tui.commands.nouns import Noun
from ecp_tui.commands.rows import table
from ecp_tui.whole_log import AT_ONCE, Signed, grown, signed

_KEEP: Final = "Keep this file, and ask the exchange for its log: one of them is not what was signed."
_LINE: Final = 1 << 20


@click.group(cls=Noun)
def audit() -> None:
    """List the audit log, show an entry, export the log, verify an export.

    Operators and auditors see all of it, delegated administrators what concerns their company, others their own acts.

    \b
    Examples:
      ecp audit --user CHAN01
      ecp audit export -o log.jsonl
    """


def _filters(run: Any) -> Any:
    for option in reversed(
        (
            click.option("--from", "from_date", type=Day(), metavar="DATE", help="On this date or later."),
            click.option("--to", "to_date", type=Day(), metavar="DATE", help="On this date or earlier."),
            click.option("--act", metavar="ACT", help="This act: signed-in, accepted, request-applied, …"),
            click.option("--user", "login_id", metavar="LOGIN_ID", help="Done by this login ID."),
            click.option("--subject", metavar="NAME", help="Done to this login ID, file or company."),
            click.option("--company", metavar="CODE", help="Of this company."),
            click.option("--folder", metavar="CODE", help="In this folder."),
            click.option("--channel", metavar="NAME", help="By this way: console, http, sftp, server."),
            click.option("--text", metavar="TEXT", help="With this anywhere in it."),
        )
    ):
        run = option(run)
    return run


@audit.command("list")
@_filters
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="At most so many.")
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def list_(call: Call, /, limit: int, cursor: str | None, **wanted: Any) -> Exit:
    """List entries, newest first.

    \b
    Examples:
      ecp audit list --user CHAN01 --from 2026-11-01
      ecp audit --act request-applied --json
    """
    asked = _asked(wanted)
    async with call.client() as client:
        page = await client.log(asked, cursor=cursor, limit=limit)
    items = [one.model_dump(mode="json") for one in page.entries]
    call.answer({"size": page.size, "items": items, "cursor": page.cursor}, _rows(page.entries))
    if not page.entries:
        call.note("No entry is of that kind.")
    elif page.cursor and not call.json:
        call.note(f"{len(items)} shown of {page.size} in the log; the next ones: --cursor {page.cursor}")
    return Exit.OK


@audit.command("show")
@click.argument("log_index", type=click.IntRange(0))
@command
async def show(call: Call, log_index: int) -> Exit:
    """Show one entry: what was done, and its text as it was hashed.

    \b
    Examples:
      ecp audit show 171
      ecp audit show 171 --json
    """
    async with call.client() as client:
        entry = await client.log_entry(log_index)
    lines = [entry.line.summary, "", *entry.text.splitlines(), "", f"leaf hash  {entry.leaf_hash}"]
    lines += [f"erased     {', '.join(entry.erased)}"] if entry.erased else []
    call.answer(entry.model_dump(mode="json"), (shown(line) for line in lines))
    return Exit.OK


@audit.command("export")
@_filters
@click.option(
    "--output",
    "-o",
    required=True,
    type=LocalFile(writes=True),
    metavar="FILE",
    help="A new file; - is standard output.",
)
@command
async def export(call: Call, /, output: Path, **wanted: Any) -> Exit:
    """Export the log, or what a filter finds.

    A line of JSON an entry. The export is recorded before its first byte. Without a filter the operator's staff get the
    whole log: the texts that were hashed, and in the last line a signed checkpoint over them with the keys, which ecp
    audit verify takes on any computer. All others, and whoever filters, get the entries as ecp audit list --json shows
    them.

    \b
    Examples:
      ecp audit export -o log.jsonl
      ecp audit export --company ACME --from 2026-11-01 -o acme.jsonl --json
    """
    asked = _asked(wanted)
    if output == STANDARD and call.json:
        raise Refused(NOT_UNDERSTOOD, what="--json and --output - both want standard output.")
    async with call.client() as client:
        whole = asked == LogFilter() and (await client.me()).company is None
        with _opened(output) as file:
            count = await (_whole(client, file) if whole else _found(client, asked, file))
    path = "" if output == STANDARD else str(output.expanduser().absolute())
    if output != STANDARD:
        call.answer({"entries": count, "whole": whole, "path": path}, [f"saved  {path}, {count} entries"])
    return Exit.OK


@audit.command("verify")
@click.argument("file", type=LocalFile(dash=False), metavar="FILE")
@click.option("--signers", type=LocalFile(dash=False), metavar="FILE", help="Keys you keep, not those in FILE.")
@click.option("--revoked", type=LocalFile(dash=False), metavar="FILE", help="Keys that count no more; not FILE's.")
@command
async def verify(call: Call, file: Path, signers: Path | None, revoked: Path | None) -> Exit:
    """Verify an exported log, without a server.

    It is recomputed and held against the checkpoint in it.

    VERIFIED (0): these are all entries under that checkpoint, in order, and a key that counts signed it. NOT VERIFIED
    (5): they are not; the first entry that is wrong is named, where one can be. Name the keys that you keep: those in
    the file are as trustworthy as whoever gave it to you.

    \b
    Examples:
      ecp audit verify log.jsonl --json
      ecp audit verify log.jsonl --signers allowed_signers
    """
    given = [None if one is None else read_local(one, LARGEST).decode("ascii", "replace") for one in (signers, revoked)]
    checks, told = _judged(file.expanduser(), *given)
    holds = all(one.state == "ok" for one in checks)
    state = "verified" if holds else "not-verified"
    head = f"{state.replace('-', ' ').upper()}  {told['origin']}, {told['size']} entries, root {told['root']}"
    call.answer({"state": state, **told, "checks": check_data(checks)}, [head, *check_lines(checks)])
    return Exit.OK if holds else Exit.NOT_ACCEPTABLE


def _asked(wanted: dict[str, Any]) -> LogFilter:
    try:
        return LogFilter.model_validate(wanted)
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what="A filter takes 1 to 100 characters.") from error


@contextmanager
def _opened(output: Path) -> Iterator[TextIO]:
    """A new file, which is gone again where the export does not come to its end."""
    if output == STANDARD:
        yield sys.stdout
        return
    path = output.expanduser()
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError as error:
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(output), 200)} exists already: name a new file.") from error
    except OSError as error:
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(output), 200)}: {error.strerror}.") from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def _whole(client: EcpClient, file: TextIO) -> int:
    begun = await client.begin_log_export(NewExport(whole=True))
    under, head = await signed(client), Head()
    while head.size < under.checkpoint.size:
        texts = await client.log_leaves(begun, head.size, min(AT_ONCE, under.checkpoint.size - head.size))
        if not texts:
            break
        for text in texts:
            file.write(json.dumps({"log_index": head.size, "text": text}) + "\n")
            head = grown(head, [text], under.checkpoint.origin)
    file.write(json.dumps(_last(under)) + "\n")
    return head.size


def _last(under: Signed) -> dict[str, str]:
    keys = {"allowed_signers": under.signers.allowed, "revoked_keys": under.signers.revoked}
    return {"checkpoint": under.text, **keys}


async def _found(client: EcpClient, asked: LogFilter, file: TextIO) -> int:
    begun = await client.begin_log_export(NewExport(wanted=asked))
    cursor, count = None, 0
    while True:
        page = await client.log(asked, cursor=cursor, limit=500)
        for line in page.entries:
            if line.log_index < begun.size:
                file.write(json.dumps(line.model_dump(mode="json"), ensure_ascii=False) + "\n")
                count += 1
        if (cursor := page.cursor) is None:
            return count


def _judged(path: Path, signers: str | None, revoked: str | None) -> tuple[list[Check], dict[str, Any]]:
    """What came of each check, and what the file says it is."""
    head, wrong, last = Head(), "", dict[str, Any]()
    origin = ""
    for number, said in enumerate(_lines(path)):
        if "text" not in said:
            last = said
            break
        if not wrong:
            try:
                origin = origin or _origin_of(said)
                head = grown(head, [str(said["text"])], origin)
            except ValueError as error:
                wrong = f"Line {number + 1}: {error}"
    try:
        text, armour = read_signed(str(last["checkpoint"]))
        checkpoint = read_checkpoint(text)
    except (KeyError, ValueError) as error:
        raise Refused(NOT_UNDERSTOOD, what="This is no export of a whole log: it ends without a checkpoint.") from error
    keys = read_allowed_signers(signers if signers is not None else str(last.get("allowed_signers", "")))
    ended = read_revoked_keys(revoked if revoked is not None else str(last.get("revoked_keys", "")))
    checks = [judge_checkpoint(checkpoint, armour, keys, ended)]
    if not wrong and (head.size, head.root) != (checkpoint.size, checkpoint.root):
        wrong = f"The {head.size} entries are not the {checkpoint.size} that were signed."
        if head.size == checkpoint.size:
            wrong = f"The {head.size} entries are not those that were signed."
    checks.append(
        Check("log", "wrong", wrong, _KEEP) if wrong else Check("log", "ok", f"{head.size} entries recomputed")
    )
    told = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
    return checks, told | {"at": checkpoint.at.isoformat()}


def _origin_of(said: dict[str, Any]) -> str:
    lines = str(said["text"]).split("\n")
    return next((line.removeprefix("origin: ") for line in lines if line.startswith("origin: ")), "")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            while line := file.readline(_LINE):
                said = json.loads(line)
                if not isinstance(said, dict):
                    raise ValueError
                yield said
    except OSError as error:
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(path), 200)}: {error.strerror}.") from error
    except ValueError as error:
        raise Refused(NOT_UNDERSTOOD, what=f"{shown(str(path), 200)} is no export of a log.") from error


def _rows(entries: Sequence[LogLine]) -> Iterator[str]:
    if not entries:
        return
    rows = [("ENTRY", "AT", "WHO", "WHAT", "ABOUT", "COMPANY", "CHANNEL")]
    for one in entries:
        cells = (one.log_index, instant_text(one.at)[:19] + "Z", one.login_id, one.title, one.subject, one.company)
        rows.append(tuple("–" if cell is None else shown(str(cell), 80) for cell in (*cells, one.channel)))  # type: ignore[arg-type]  # seven each
    yield from table(rows)
