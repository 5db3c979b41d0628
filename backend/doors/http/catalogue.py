"""The catalogue, and dry runs of its rules."""

from __future__ import annotations

from fastapi import APIRouter

from backend.contract import paths
from backend.contract.messages import Appendix, CataloguePage, RuleTrial, TriedRule
from backend.doors.http.signed_in import OnServices, SignedIn

router = APIRouter(tags=["catalogue"])


@router.get(paths.CATALOGUE)
def catalogue(actor: SignedIn, services: OnServices) -> CataloguePage:
    return services.cataloguing.page(actor)


@router.get(paths.APPENDIX)
def appendix(actor: SignedIn, services: OnServices) -> Appendix:
    return services.cataloguing.appendix(actor)


@router.post(paths.RULE_TRIALS)
def try_rule(trial: RuleTrial, actor: SignedIn, services: OnServices) -> TriedRule:
    return services.cataloguing.try_rule(actor, trial)
