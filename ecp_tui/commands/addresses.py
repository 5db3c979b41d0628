"""`ecp addresses`: from where SFTP connections of an account may come."""

from __future__ import annotations

from collections.abc import Iterator

import click

from backend.contract.faults import Exit
from backend.contract.messages import RegisterAddress, SftpAccessPage
from backend.contract.rules.networks import covers, read_network
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import open_lines, propose, request_data, still_open
from ecp_tui.commands.keys import whose
from ecp_tui.commands.nouns import Noun, asked, login_id_option, note_option
from ecp_tui.commands.rows import table


@click.group(cls=Noun)
def addresses() -> None:
    """List SFTP addresses, add and remove them.

    An address is added by maker and checker, and removed by one person at once.

    \b
    Examples:
      ecp addresses
      ecp addresses add 203.0.113.0/28
      ecp addresses list --login-id CHAN01 --json
    """


@addresses.command("list")
@login_id_option
@command
async def list_(call: Call, login_id: str | None) -> Exit:
    """List registered addresses, and requests about them.

    \b
    Examples:
      ecp addresses
      ecp addresses --login-id CHAN01 --json
    """
    async with call.client() as client:
        page = await client.sftp_access(login_id)
    asked_for = [one for one in page.requests if one.kind == "register-address"]
    data = {
        "login_id": page.login_id,
        "name": page.name,
        "items": [address.model_dump(mode="json") for address in page.addresses],
        "your_address": page.your_address,
        "covered": page.covered,
        "requests": [request_data(one) for one in still_open(asked_for)],
    }
    call.answer(data, [*_lines(page), *open_lines(asked_for)])
    if not page.addresses:
        call.note(f"{page.login_id} has no registered address: ecp addresses add NETWORK")
    call.note(f"You come from {page.your_address}, which is {'' if page.covered else 'not '}registered.")
    return Exit.OK


@addresses.command()
@click.argument("network", metavar="NETWORK")
@login_id_option
@note_option
@command
async def add(call: Call, network: str, login_id: str | None, note: str) -> Exit:
    """Ask to register an address, or a small network.

    It may be no wider than a /24, or a /64 of IPv6.

    \b
    Examples:
      ecp addresses add 203.0.113.7
      ecp addresses add 203.0.113.0/28 --login-id CHAN01 --json
    """
    read = read_network(network)
    async with call.client() as client:
        proposal = asked(RegisterAddress, login_id=await whose(client, login_id), network=str(read), note=note)
        return await propose(call, client, proposal)


@addresses.command()
@click.argument("network", metavar="NETWORK")
@login_id_option
@command
async def remove(call: Call, network: str, login_id: str | None) -> Exit:
    """Remove an address at once: connections from there end.

    \b
    Examples:
      ecp addresses remove 203.0.113.7
      ecp addresses remove 203.0.113.0/28 --login-id CHAN01 --json
    """
    read = str(read_network(network))
    async with call.client() as client:
        owner = await whose(client, login_id)
        await client.remove_address(owner, read)
    call.answer({"state": "removed", "login_id": owner, "network": read}, [f"Removed {read} of {owner}."])
    return Exit.OK


def _lines(page: SftpAccessPage) -> Iterator[str]:
    rows = [("NETWORK", "REGISTERED", "COVERS")]
    for address in page.addresses:
        day = f"{address.registered:%Y-%m-%d}" if address.registered else "–"
        rows.append((address.network, day, covers(read_network(address.network))))
    return table(rows) if page.addresses else iter(())
