"""The HTTP API: one module a noun, faults as problem documents, no decision."""

from __future__ import annotations

from fastapi import FastAPI

from backend.contract import paths
from backend.core.services import Services
from backend.doors.http import (
    activity,
    audit,
    catalogue,
    companies,
    faults,
    home,
    inbox,
    landing,
    ledger,
    migration,
    obligations,
    profile,
    publications,
    publishing,
    recovery,
    requests,
    sessions,
    sftp_access,
    submissions,
    tickets,
    users,
    watching,
)
from backend.doors.http.guards import Guards
from backend.doors.http.noted import Noted


def create_app(services: Services) -> FastAPI:
    """The ASGI app over these services. Public are the listed routes only; every other asks for a session."""
    app = FastAPI(
        title="ECP",
        version=paths.VERSION,
        openapi_url=paths.OPENAPI,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would lead to whatever host the request names
        responses=faults.RESPONSES,
    )
    app.state.services = services
    faults.install(app)
    for noun in (
        watching,
        landing,
        recovery,
        sessions,
        profile,
        requests,
        users,
        companies,
        catalogue,
        sftp_access,
        home,
        obligations,
        migration,
        submissions,
        tickets,
        publications,
        publishing,
        inbox,
        activity,
        ledger,
        audit,
    ):
        app.include_router(noun.router)
    app.add_middleware(Guards)
    app.add_middleware(Noted)
    return app
