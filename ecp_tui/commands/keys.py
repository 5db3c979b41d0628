"""`ecp keys`: public keys for SFTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import RegisterKey, RevokeKey, SftpAccessPage, SftpKeyRow
from backend.contract.rules.public_keys import fingerprint_end, read_public_key
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import open_lines, propose, request_data, still_open
from ecp_tui.commands.nouns import Noun, asked, content, file_type, login_id_option, note_option

_LARGEST: Final = 20_000
_SIGNATURE: Final = "-----BEGIN SSH SIGNATURE-----"


@click.group(cls=Noun)
def keys() -> None:
    """List SFTP keys, register, replace and revoke them.

    A key is registered by maker and checker; the checker asks its owner for the last 8 characters of its fingerprint.
    Revoking takes one person, and putting a new key in place of one that signed it takes no checker.

    \b
    Examples:
      ecp keys
      ecp keys register ~/.ssh/ecp_chan01.pub
      ecp keys list --login-id CHAN01 --json
    """


@keys.command("list")
@login_id_option
@command
async def list_(call: Call, login_id: str | None) -> Exit:
    """List keys, and requests about them.

    \b
    Examples:
      ecp keys
      ecp keys --login-id CHAN01 --json
    """
    async with call.client() as client:
        page = await client.sftp_access(login_id)
    asked_for = [one for one in page.requests if one.kind == "register-key"]
    data = _data(page) | {"requests": [request_data(one) for one in still_open(asked_for)]}
    call.answer(data, [*_lines(page), *open_lines(asked_for)])
    if not page.keys:
        call.note(f"{page.login_id} has no key: ecp keys register FILE.pub")
    return Exit.OK


@keys.command()
@click.argument("file", type=file_type)
@login_id_option
@note_option
@command
async def register(call: Call, file: Path, login_id: str | None, note: str) -> Exit:
    """Ask to register a public key.

    FILE, or standard input where FILE is -, is read and judged here first. A private key is refused, and nothing of it
    is sent.

    \b
    Examples:
      ecp keys register ~/.ssh/ecp_chan01.pub
      ssh-keygen -y -f KEY | ecp keys register - --login-id CHAN01 --json
    """
    key = read_public_key(_text(file))
    async with call.client() as client:
        proposal = asked(RegisterKey, login_id=await whose(client, login_id), public_key=key.line, note=note)
        code = await propose(call, client, proposal)
    call.note(
        f"Its owner tells the checker the last 8 characters of the fingerprint: {fingerprint_end(key.fingerprint)}"
    )
    return code


@keys.command()
@click.argument("fingerprint", metavar="FINGERPRINT")
@command
async def revoke(call: Call, fingerprint: str) -> Exit:
    """Revoke a key at once.

    Its connections end within a second, and it is never taken again.

    \b
    Examples:
      ecp keys revoke SHA256:bX0cZYG8p4GAZuTP2yQZnJbN8NlpSTAAIz1d3N0ZlDk
      ecp keys revoke SHA256:bX0cZYG8p4GAZuTP2yQZnJbN8NlpSTAAIz1d3N0ZlDk --json
    """
    wish = asked(RevokeKey, fingerprint=fingerprint.strip())
    async with call.client() as client:
        await client.revoke_key(wish.fingerprint)
    call.answer({"state": "revoked", "fingerprint": wish.fingerprint}, [f"Revoked {wish.fingerprint}"])
    return Exit.OK


@keys.command()
@click.argument("new", type=file_type, metavar="NEW.pub")
@click.argument("signature", type=file_type, metavar="NEW.pub.sig", required=False)
@login_id_option
@command
async def rotate(call: Call, new: Path, signature: Path | None, login_id: str | None) -> Exit:
    """Put a new key in place of one that signed it.

    That needs no checker. The old key goes on until it is revoked or expires. Where NEW.pub is - and the signature is
    left out, standard input holds both, one after the other.

    \b
    Examples:
      ssh-keygen -Y sign -n sftp-key@ecp -f OLD NEW.pub
      ecp keys rotate NEW.pub NEW.pub.sig
      ecp keys rotate NEW.pub NEW.pub.sig --login-id CHAN01 --json
    """
    text, signed = _both(new, signature)
    key = read_public_key(text)
    async with call.client() as client:
        page = await client.rotate_key(await whose(client, login_id), text, signed)
    call.answer(_data(page), [f"Registered {key.fingerprint} for {page.login_id}."])
    call.note("Revoke the old key once nothing uses it any more: ecp keys revoke FINGERPRINT")
    return Exit.OK


async def whose(client: EcpClient, login_id: str | None) -> str:
    """The account named, else one's own."""
    return login_id or (await client.me()).login_id


def _both(new: Path, signature: Path | None) -> tuple[str, str]:
    """A key and its signature, from two files or one after the other."""
    text = _text(new)
    if signature is not None:
        return text, _text(signature)
    key, begin, rest = text.partition(_SIGNATURE)
    if not begin:
        raise Refused(NOT_UNDERSTOOD, what="The signature is missing: name NEW.pub.sig as well.")
    return key, begin + rest


def _text(file: Path) -> str:
    return content(file, _LARGEST).decode("utf-8", "replace")


def _data(page: SftpAccessPage) -> dict[str, Any]:
    items = [key.model_dump(mode="json") for key in page.keys]
    return {"login_id": page.login_id, "name": page.name, "items": items}


def _lines(page: SftpAccessPage) -> Iterator[str]:
    for key in page.keys:
        yield f"{key.fingerprint}  {key.state}"
        yield f"  {_about(key)}"


def _about(key: SftpKeyRow) -> str:
    registered = f", registered {key.registered:%Y-%m-%d}" if key.registered else ""
    return f"{key.type} {key.comment}".rstrip() + f"{registered}, until {key.expires:%Y-%m-%d}"
