"""One's own profile: password, authenticator, recovery codes."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import BeginOtp, ChangePassword, Confirm, Enrolment, Profile, RecoveryCodes
from backend.doors.http.pool import verified
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["profile"])


@router.get(paths.PROFILE)
def profile(actor: SignedIn, services: OnServices) -> Profile:
    return services.profile.profile(actor)


@router.post(paths.OWN_PASSWORD, status_code=204)
async def change_password(form: ChangePassword, actor: SignedIn, services: OnServices) -> None:
    await verified(services, lambda: services.profile.change_password(actor, form))


@router.post(paths.OWN_OTP)
async def begin_otp(form: BeginOtp, actor: SignedIn, services: OnServices) -> Enrolment:
    return await verified(services, lambda: services.profile.begin_otp(actor, form))


@router.post(paths.OWN_OTP_CONFIRMATIONS)
def confirm_otp(form: Confirm, actor: SignedIn, services: OnServices) -> RecoveryCodes:
    return services.profile.confirm_otp(actor, form.otp)


@router.post(paths.OWN_RECOVERY_CODES)
def new_recovery_codes(form: Confirm, actor: SignedIn, services: OnServices) -> RecoveryCodes:
    return services.profile.new_recovery_codes(actor, form.otp)
