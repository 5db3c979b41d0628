"""`ecp approvals`: change requests, as their checker and their maker meet them."""

from __future__ import annotations

import re
import sys
from typing import Any, Final

import click

from backend.contract.faults import CONFIRM_WITH_OTP, NOT_UNDERSTOOD, Exit, Refused
from backend.contract.messages import REQUEST_KINDS, ChangeRequest, Decision, RequestAct
from backend.contract.rules.public_keys import fingerprint_end
from ecp_tui.client import EcpClient
from ecp_tui.commands.call import Call, command
from ecp_tui.commands.change_requests import listed, request_data, request_lines, told
from ecp_tui.commands.nouns import Noun, asked, company_option, state_option
from ecp_tui.request_wording import follows

_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_id = click.argument("request_id", type=click.IntRange(min=1), metavar="ID")


class Digest(click.ParamType[str]):
    """The SHA-256 of what a request says, in hex."""

    name = "sha256"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        digest = str(value).strip().lower()
        if _SHA256.fullmatch(digest) is None:
            self.fail("a digest has 64 digits, 0 to 9 and a to f", param, ctx)
        return digest


@click.group(cls=Noun)
def approvals() -> None:
    """List change requests, show one, and decide it.

    What is approved is exactly what was shown, to the digit of its digest; approving applies it.

    \b
    Examples:
      ecp approvals
      ecp approvals show 12
      ecp approvals approve 12
      ecp approvals list --state all --json
    """


@approvals.command("list")
@state_option
@click.option("--kind", type=click.Choice(REQUEST_KINDS), metavar="KIND", help="Of this kind, such as create-user.")
@company_option
@click.option("--cursor", metavar="TEXT", help="Go on where an answer with this cursor ended.")
@command
async def list_(call: Call, state: str | None, kind: str | None, company: str | None, cursor: str | None) -> Exit:
    """List change requests, those that wait for you first.

    \b
    Examples:
      ecp approvals
      ecp approvals list --state applied --kind register-key --json
    """
    async with call.client() as client:
        page = await client.requests(state=state, kind=kind, company=company, cursor=cursor)
    return listed(call, page)


@approvals.command()
@_id
@command
async def show(call: Call, request_id: int) -> Exit:
    """Show one request: before and after, its maker, its digest.

    \b
    Examples:
      ecp approvals show 12
      ecp approvals show 12 --json
    """
    async with call.client() as client:
        request = await client.request(request_id)
        call.answer(request_data(request), [] if call.json else told(request))
    return Exit.OK


@approvals.command()
@_id
@click.option("--digest", type=Digest(), metavar="SHA256", help="Approve what has this digest, without a question.")
@click.option(
    "--fingerprint-end", "end", default="", metavar="TEXT", help="Of a key: the last 8 characters its owner reads."
)
@click.option("--otp-stdin", is_flag=True, help="Read a One-Time-Password, if one is wanted, from stdin.")
@command
async def approve(call: Call, request_id: int, digest: str | None, end: str, otp_stdin: bool) -> Exit:
    """Approve a request, and thereby apply it.

    It is shown first, and a question asked. A script names the digest of what it has seen instead: where the request
    says anything else by now, nothing is approved (3004).

    \b
    Examples:
      ecp approvals approve 12
      echo "$OTP" | ecp approvals approve 12 --digest SHA256 --otp-stdin --json
    """
    async with call.client() as client:
        request = await client.request(request_id)
        if digest is None:
            _ask(call, request)
        else:
            request = request.model_copy(update={"digest": digest})
        typed = end or _end_asked_for(call, request)
        applied = await _approved(call, client, request, fingerprint_end(typed), otp_stdin=otp_stdin)
    call.answer(request_data(applied), [f"Applied request {applied.id}: {applied.title}", follows(applied)])
    return Exit.OK


def _deciding(act: RequestAct, done: str, words: str, *, reason: bool) -> click.Command:
    """Rejecting, returning or withdrawing: by number, with a reason."""
    name = f"ecp approvals {act} 12"
    said = ' --reason "the wrong identity code"' if reason else ""

    @click.command(act, help=f"{words}\n\n\b\nExamples:\n  {name}{said}\n  {name}{said} --json")
    @_id
    @click.option("--reason", metavar="TEXT", help="Why.", **({"required": True} if reason else {"default": ""}))
    @command
    async def decide(call: Call, request_id: int, reason: str) -> Exit:
        words = asked(Decision, rev=1, reason=reason).reason
        async with call.client() as client:
            request = await client.decide(await client.request(request_id), act, words)
        call.answer(request_data(request), [f"{done} request {request.id}: {request.title}"])
        return Exit.OK

    return decide


approvals.add_command(_deciding("reject", "Rejected", "Reject a request: it ends here.", reason=True))
approvals.add_command(_deciding("return", "Returned", "Return a request: its maker can revise it.", reason=True))
approvals.add_command(_deciding("withdraw", "Withdrew", "Withdraw a request that you made.", reason=False))


def _ask(call: Call, request: ChangeRequest) -> None:
    """Shows it and asks; where nobody can be asked, the digest must be given, so that nothing unseen is approved."""
    if not call.asks:
        what = f"Where nobody can be asked, --digest names what is approved: ecp approvals show {request.id} says it."
        raise Refused(NOT_UNDERSTOOD, what=what)
    for line in (*request_lines(request), *(("", request.why_not) if request.why_not else ())):
        call.note(line)
    click.confirm("\nApprove and apply it?", default=False, abort=True, err=True)


def _end_asked_for(call: Call, request: ChangeRequest) -> str:
    if not request.needs_fingerprint:
        return ""
    if not call.asks:
        raise Refused(NOT_UNDERSTOOD, what="Of a key, --fingerprint-end gives the 8 characters that its owner reads.")
    return str(click.prompt("Last 8 characters of the fingerprint, got from the key's owner", err=True))


async def _approved(
    call: Call, client: EcpClient, request: ChangeRequest, end: str, *, otp_stdin: bool
) -> ChangeRequest:
    """Confirms with a One-Time-Password where the server wants one, and then once more."""
    try:
        return await client.approve(request, end)
    except Refused as refused:
        if refused.fault is CONFIRM_WITH_OTP and not (otp_stdin or call.asks):
            call.note("--otp-stdin reads it from standard input.")
            raise
        if refused.fault is not CONFIRM_WITH_OTP:
            raise
    otp = sys.stdin.readline() if otp_stdin else click.prompt("One-Time-Password", err=True)
    await client.confirm("".join(otp.split()))
    return await client.approve(request, end)
