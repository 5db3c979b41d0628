"""`ecp catalogue`: folders and functions with their rules, tried and proposed; for the operator's staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from backend.contract.faults import NOT_FOUND, Exit, Refused
from backend.contract.messages import (
    CatalogueFolder,
    CatalogueFunction,
    CataloguePage,
    ChangeFolder,
    ChangeFunction,
    RuleTrial,
    TriedRule,
)
from backend.contract.rules.shown import shown
from backend.contract.rules.toml_text import key_text, table_text
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import diff_lines, propose
from ecp_tui.commands.nouns import Noun, asked, content, file_type, note_option
from ecp_tui.commands.rows import table
from ecp_tui.rule_wording import past_lines, past_sentence

_MOST_BYTES: Final = 60_000
_MOST_NAMED: Final = 20
_code = click.argument("code", metavar="CODE", callback=lambda _ctx, _param, code: code.strip().upper())
_file = click.argument("file", type=file_type, metavar="FILE")
_function = click.option("--function", is_flag=True, help="CODE is a function's, not a folder's.")


@click.group(cls=Noun)
def catalogue() -> None:
    """List folders and functions, try a rule on past files, propose it: for operators.

    A rule is a few lines of TOML, as show prints them; FILE may be -. Another operator approves what is proposed.

    \b
    Examples:
      ecp catalogue
      ecp catalogue show SD-1 > sd1.toml
      ecp catalogue trial SD-1 sd1.toml
      ecp catalogue propose SD-1 sd1.toml --note "The old names end in June."
    """


@catalogue.command("list")
@command
async def list_(call: Call) -> Exit:
    """List all folders, and all functions.

    \b
    Examples:
      ecp catalogue
      ecp catalogue --json
    """
    async with call.client() as client:
        page = await client.catalogue()
    call.answer(page.model_dump(mode="json"), _lines(page))
    return Exit.OK


@catalogue.command()
@_code
@command
async def show(call: Call, code: str) -> Exit:
    """Print one rule as it is, to be changed and proposed.

    \b
    Examples:
      ecp catalogue show SD-1
      ecp catalogue show EU_SD1 --json
    """
    async with call.client() as client:
        page = await client.catalogue()
    found: CatalogueFolder | CatalogueFunction | None = next((one for one in page.folders if one.folder == code), None)
    found = found or next((one for one in page.functions if one.function == code), None)
    if found is None:
        raise Refused(NOT_FOUND)
    call.answer(found.model_dump(mode="json"), found.rule.splitlines())
    return Exit.OK


@catalogue.command()
@command
async def export(call: Call) -> Exit:
    """Print the whole as catalogue.toml would say it.

    \b
    Examples:
      ecp catalogue export > catalogue.toml
      ecp catalogue export --json
    """
    async with call.client() as client:
        text = _whole(await client.catalogue())
    call.answer({"state": "exported", "catalogue": text}, text.splitlines())
    return Exit.OK


@catalogue.command()
@_code
@_file
@_function
@command
async def trial(call: Call, code: str, file: Path, function: bool) -> Exit:
    """Try a rule on the files of the last 90 days.

    It says what the rule would change, and what had become of them. Nothing is asked for.

    Exit code 5 where it can be no rule: each mistake is named with its line.

    \b
    Examples:
      ecp catalogue trial SD-1 sd1.toml
      ecp catalogue trial SD-1 - --json < sd1.toml
    """
    wanted = asked(RuleTrial, of="function" if function else "folder", code=code, rule=_text(file))
    async with call.client() as client:
        tried = await client.try_rule(wanted)
    state = "wrong" if tried.errors else "fits"
    call.answer({"state": state, "code": code, **tried.model_dump(mode="json")}, _trial_lines(code, tried))
    return Exit.NOT_ACCEPTABLE if tried.errors else Exit.OK


@catalogue.command("propose")
@_code
@_file
@_function
@note_option
@command
async def propose_(call: Call, code: str, file: Path, function: bool, note: str) -> Exit:
    """Ask for a rule; another operator approves it.

    It is that of a folder or function that is there, or of a new one.

    \b
    Examples:
      ecp catalogue propose SD-1 sd1.toml --json
      ecp catalogue propose EU_SD2 eu_sd2.toml --function --note "New return"
    """
    text = _text(file)
    if function:
        proposal: ChangeFolder | ChangeFunction = asked(ChangeFunction, function=code, rule=text, note=note)
    else:
        proposal = asked(ChangeFolder, folder=code, rule=text, note=note)
    async with call.client() as client:
        return await propose(call, client, proposal)


def _text(file: Path) -> str:
    """What no terminal obeys stays visible as escapes, and is no rule."""
    return content(file, _MOST_BYTES).decode("utf-8-sig", "backslashreplace").replace("\r\n", "\n")


def _lines(page: CataloguePage) -> Iterator[str]:
    rows = [("FOLDER", "FOR", "OPENED BY", "SERVED BY", "TITLE")]
    for folder in page.folders:
        served = "ECP 2.0" if folder.route == "ecp2" else f"existing, {folder.batch or '-'}"
        rows.append((folder.folder, folder.direction, ",".join(folder.functions), served, folder.title))
    yield from table(rows)
    yield ""
    functions = [("FUNCTION", "BY", "OPENS", "TITLE")]
    for one in page.functions:
        opens = "every folder" if one.all_folders else ",".join(one.folders) or "-"
        functions.append((one.function, ",".join(one.channels), opens, one.title))
    yield from table(functions)


def _trial_lines(code: str, tried: TriedRule) -> Iterator[str]:
    if tried.errors:
        yield f"This can be no rule of {shown(code, 40)}:"
        yield from (f"  {error}" for error in tried.errors)
        return
    yield from diff_lines(tried.lines) if tried.lines else ["Nothing would change."]
    if tried.since is not None:
        yield ""
        yield past_sentence(tried)
        yield from (f"  {sign} {words}" for sign, words in past_lines(tried, _MOST_NAMED))


def _whole(page: CataloguePage) -> str:
    """Each rule under its heading, with what its migration decides."""
    parts = ["[user_types]\n" + table_text({one.code: one.title for one in page.user_types})]
    parts += [f"[functions.{key_text(one.function)}]\n{one.rule}" for one in page.functions]
    for one in page.folders:
        moved = {"route": one.route} if one.route != "ecp2" else {}
        moved |= {"batch": one.batch} if one.batch is not None else {}
        parts.append(f"[folders.{key_text(one.folder)}]\n{one.rule}{table_text(moved)}")
    return "\n".join(parts)
