"""Recovery and enrolment, an endpoint a method; nobody needs to be signed in."""

from __future__ import annotations

from backend.contract import paths
from backend.contract.messages import (
    BeginEnrolment,
    CodeFacts,
    CodeLook,
    ConfirmEnrolment,
    Enrolment,
    RecoveryCodes,
    RecoveryRequest,
    ResetPassword,
    Unlock,
)
from ecp_tui.client.transport import Transport


class RecoveryCalls(Transport):
    """What one does with a code from a mail."""

    async def ask_recovery(self, login_id: str, phone: str) -> None:
        """Forgotten password. The answer is the same whatever is true."""
        await self._tell(paths.RECOVERY_REQUESTS, RecoveryRequest(login_id=login_id, phone=phone))

    async def look_at_code(self, code: str) -> CodeFacts:
        """What the code is for; 1010 to 1013, 1015. Does not use it."""
        return await self._ask(CodeFacts, paths.CODE_LOOKS, CodeLook(code=code))

    async def reset_password(self, code: str, password: str, otp: str) -> None:
        await self._tell(paths.PASSWORD_RESETS, ResetPassword(code=code, password=password, otp=otp))

    async def unlock(self, code: str, password: str, otp: str) -> None:
        await self._tell(paths.UNLOCKS, Unlock(code=code, password=password, otp=otp))

    async def begin_enrolment(self, code: str, password: str) -> Enrolment:
        """The secret of the new authenticator, which counts once it is confirmed."""
        return await self._ask(Enrolment, paths.ENROLMENTS, BeginEnrolment(code=code, password=password))

    async def confirm_enrolment(self, code: str, password: str, otp: str) -> RecoveryCodes:
        body = ConfirmEnrolment(code=code, password=password, otp=otp)
        return await self._ask(RecoveryCodes, paths.ENROLMENT_CONFIRMATIONS, body)
