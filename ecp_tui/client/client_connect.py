"""Client Connect, an endpoint a method: profile, sessions, users, change requests, SFTP access, forms."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import (
    Approval,
    BeginOtp,
    ChangePassword,
    ChangeRequest,
    Company,
    Confirm,
    Confirmed,
    Decision,
    Enrolment,
    Form,
    Line,
    NewRequest,
    Profile,
    Proposal,
    RecoveryCodes,
    RemoveAddress,
    RequestAct,
    RequestPage,
    Revision,
    RevokeKey,
    RotateKey,
    SessionRow,
    SftpAccessPage,
    Suspend,
    UserPage,
    Users,
)
from ecp_tui.client.transport import Transport, cleaned


class ClientConnectCalls(Transport):
    """What Client Connect answers to whoever is signed in."""

    # ── one's own account ────────────────────────────────────────────────────────────────────────────────────

    async def profile(self) -> Profile:
        return await self._get(Profile, paths.PROFILE)

    async def change_password(self, password: str, new_password: str, otp: str) -> None:
        """Ends all other sessions."""
        await self._tell(paths.OWN_PASSWORD, ChangePassword(password=password, new_password=new_password, otp=otp))

    async def begin_otp(self, password: str, otp: str) -> Enrolment:
        """A new authenticator; the one at hand counts until the new one is confirmed."""
        return await self._ask(Enrolment, paths.OWN_OTP, BeginOtp(password=password, otp=otp))

    async def confirm_otp(self, otp: str) -> RecoveryCodes:
        return await self._ask(RecoveryCodes, paths.OWN_OTP_CONFIRMATIONS, Confirm(otp=otp))

    async def new_recovery_codes(self, otp: str) -> RecoveryCodes:
        """Ten new ones; those before are worth nothing then."""
        return await self._ask(RecoveryCodes, paths.OWN_RECOVERY_CODES, Confirm(otp=otp))

    async def confirm(self, otp: str) -> Confirmed:
        """A One-Time-Password inside the session, for five minutes of approvals."""
        return await self._ask(Confirmed, paths.CONFIRMATIONS, Confirm(otp=otp))

    async def sessions(self, *, background: bool = False) -> list[SessionRow]:
        return await self._list(SessionRow, paths.OWN_SESSIONS, background=background)

    async def end_session(self, session_id: str) -> None:
        await self._send("DELETE", paths.own_session(session_id))

    async def end_other_sessions(self) -> None:
        await self._send("DELETE", paths.OWN_SESSIONS)

    # ── users and companies ──────────────────────────────────────────────────────────────────────────────────

    async def users(self, company: str | None = None, *, background: bool = False) -> Users:
        """Of one's own company; operators and auditors name one, or get the operator's staff."""
        query = {"company": company} if company else {}
        return await self._get(Users, paths.USERS, params=query, background=background)

    async def user(self, login_id: str, *, before: int | None = None, background: bool = False) -> UserPage:
        """One account with its history, from before a log index."""
        query = {"before": str(before)} if before is not None else {}
        return await self._get(UserPage, paths.user(login_id), params=query, background=background)

    async def suspend(self, login_id: str, reason: str = "") -> None:
        """At once, by one person: sessions and SFTP connections end."""
        await self._tell(paths.SUSPENSIONS, Suspend(login_id=login_id, reason=reason))

    async def companies(self, *, background: bool = False) -> list[Company]:
        return await self._list(Company, paths.COMPANIES, background=background)

    # ── change requests ──────────────────────────────────────────────────────────────────────────────────────

    async def requests(
        self,
        *,
        state: str | None = None,
        kind: str | None = None,
        company: str | None = None,
        cursor: str | None = None,
        background: bool = False,
    ) -> RequestPage:
        """Newest first. `state` may be `open`: drafts, submitted and returned ones."""
        wanted = {"state": state, "kind": kind, "company": company, "cursor": cursor}
        query = {name: one for name, one in wanted.items() if one}
        return await self._get(RequestPage, paths.REQUESTS, params=query, background=background)

    async def request(self, request_id: int, *, background: bool = False) -> ChangeRequest:
        return await self._get(ChangeRequest, paths.request(request_id), background=background)

    async def make_request(self, proposal: Proposal, *, submit: bool = True) -> ChangeRequest:
        return await self._ask(ChangeRequest, paths.REQUESTS, NewRequest(proposal=proposal, submit=submit))

    async def revise_request(
        self, request_id: int, rev: int, proposal: Proposal, *, submit: bool = True
    ) -> ChangeRequest:
        body = Revision(rev=rev, proposal=proposal, submit=submit)
        return await self._ask(ChangeRequest, paths.request(request_id), body, "PUT")

    async def approve(self, request: ChangeRequest, fingerprint_end: str = "") -> ChangeRequest:
        """Approves exactly what was shown, and thereby applies it; 1006 where an OTP is wanted first."""
        body = Approval(rev=request.rev, digest=request.digest, fingerprint_end=fingerprint_end)
        return await self._ask(ChangeRequest, paths.request_act(request.id, "approve"), body)

    async def decide(self, request: ChangeRequest, act: RequestAct, reason: str = "") -> ChangeRequest:
        """Rejects, returns or withdraws, with a reason."""
        body = Decision(rev=request.rev, reason=reason)
        return await self._ask(ChangeRequest, paths.request_act(request.id, act), body)

    async def check_form(self, form: Form) -> list[Line]:
        """What a form would change, for an operator before it is keyed in; 3001, 3002, 3005."""
        answer = await self._send("POST", paths.FORM_CHECKS, json=form.model_dump(mode="json"))
        return [Line.model_validate(row) for row in cleaned(answer.json())]

    # ── SFTP access ──────────────────────────────────────────────────────────────────────────────────────────

    async def sftp_access(self, login_id: str | None = None, *, background: bool = False) -> SftpAccessPage:
        """One's own, or for administrators an account's of the company."""
        query = {"login_id": login_id} if login_id else {}
        return await self._get(SftpAccessPage, paths.SFTP_ACCESS, params=query, background=background)

    async def revoke_key(self, fingerprint: str) -> None:
        """At once, by one person; open connections of the key end."""
        await self._tell(paths.KEY_REVOCATIONS, RevokeKey(fingerprint=fingerprint))

    async def rotate_key(self, login_id: str, public_key: str, signature: str) -> SftpAccessPage:
        body = RotateKey(login_id=login_id, public_key=public_key, signature=signature)
        return await self._ask(SftpAccessPage, paths.KEY_ROTATIONS, body)

    async def remove_address(self, login_id: str, network: str) -> None:
        await self._tell(paths.ADDRESS_REMOVALS, RemoveAddress(login_id=login_id, network=network))
