"""The only module that knows HTTP: one method an endpoint; each returns messages or raises `Refused`."""

from __future__ import annotations

import ipaddress
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx

from backend.contract import paths
from backend.contract.faults import (
    NOT_UNDERSTOOD,
    UNEXPECTED,
    UNREACHABLE,
    VERSIONS_DIFFER,
    Refused,
    refusal,
)
from backend.contract.messages import (
    ActivityFilter,
    ActivityPage,
    Check,
    CheckRequest,
    DemoCredentials,
    DemoPerson,
    DemoWorld,
    Folder,
    Home,
    Landing,
    LoginTransaction,
    Me,
    Message,
    NewSession,
    Receipt,
    Ticket,
)
from backend.contract.rules.shown import shown, shown_lines
from ecp_tui.digest import as_checked

CHUNK: Final = 512 * 1024
_LINES: Final = frozenset({"receipt"})
_Answer = TypeVar("_Answer", bound=Message)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way: where its bytes are, what they are said to be, and under which id."""

    submission_id: str
    folder: str
    identity_code: str
    input_date: date
    file_name: str
    path: Path
    size: int
    sha256: str
    modified: int | None = None
    """When the file had been written last as its SHA-256 was taken, in nanoseconds; `None` if nobody looked."""


class EcpClient:
    """One server, one session. Never follows a redirect; refuses `http://` to any host but this one."""

    def __init__(
        self,
        server: str,
        *,
        token: str | None = None,
        ca_file: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.server = _allowed(server)
        self.token = token
        self.fingerprint: str | None = None
        """Of the server's certificate, as `landing` met it; `None` without TLS."""
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=ca_file) if ca_file else True
        if transport is not None or self.server.startswith("http://"):
            verify = False
        self._http = httpx.AsyncClient(
            base_url=self.server,
            transport=transport,
            verify=verify,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(15.0, connect=5.0),
            headers={paths.VERSION_HEADER: paths.VERSION, paths.CLIENT_HEADER: "console"},
        )

    async def close(self) -> None:
        await self._http.aclose()

    # ── before signing in ────────────────────────────────────────────────────────────────────────────────────

    async def landing(self) -> Landing:
        answer = await self._send("GET", paths.LANDING)
        self.fingerprint = _fingerprint(answer)
        return Landing.model_validate(_cleaned(answer.json()))

    async def begin_sign_in(self) -> LoginTransaction:
        return await self._post(LoginTransaction, paths.LOGIN_TRANSACTIONS)

    async def sign_in(self, transaction: str, login_id: str, password: str, otp: str) -> Ticket:
        body = {"transaction": transaction, "login_id": login_id, "password": password, "otp": otp}
        return await self._post(Ticket, paths.SIGN_IN, body)

    async def open_session(self, ticket: str) -> Me:
        """Uses the ticket; from here on the session's token goes with every request."""
        session = await self._post(NewSession, paths.SESSIONS, {"ticket": ticket})
        self.token = session.token
        return session.me

    # ── signed in ────────────────────────────────────────────────────────────────────────────────────────────

    async def me(self, *, background: bool = True) -> Me:
        return await self._get(Me, paths.OWN_SESSION, background=background)

    async def sign_out(self) -> None:
        """Ends the session on the server, if it answers, and forgets the token in any case."""
        try:
            await self._send("DELETE", paths.OWN_SESSION)
        finally:
            self.token = None

    async def home(self, *, background: bool = False) -> Home:
        return await self._get(Home, paths.HOME, background=background)

    async def folders(self, *, background: bool = False) -> list[Folder]:
        answer = await self._send("GET", paths.FOLDERS, background=background)
        return [Folder.model_validate(row) for row in _cleaned(answer.json())]

    async def check(self, request: CheckRequest) -> Check:
        return await self._post(Check, paths.CHECKS, request.model_dump(mode="json"))

    async def submit(self, upload: Upload, progress: Callable[[int], None] | None = None) -> Receipt:
        """Streams the file; `progress` hears the bytes sent so far. The same id always has the same outcome."""
        query = {
            "folder": upload.folder,
            "identity_code": upload.identity_code,
            "input_date": upload.input_date.isoformat(),
            "file_name": upload.file_name,
            "sha256": upload.sha256,
        }
        answer = await self._send(
            "PUT",
            paths.submission(upload.submission_id),
            params=query,
            content=_chunks(upload, progress),
            timeout=httpx.Timeout(120.0, connect=5.0),
            headers={"content-length": str(upload.size), "content-type": "application/octet-stream"},
        )
        return Receipt.model_validate(_cleaned(answer.json()))

    async def activity(
        self,
        wanted: ActivityFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 100,
        background: bool = False,
    ) -> ActivityPage:
        query: dict[str, str] = {"limit": str(limit)}
        if wanted is not None:
            query |= {name: str(value) for name, value in wanted.model_dump(mode="json", exclude_none=True).items()}
        if cursor is not None:
            query["cursor"] = cursor
        return await self._get(ActivityPage, paths.ACTIVITY, params=query, background=background)

    async def one_activity(self, log_index: int) -> Receipt:
        """One activity with the text of its leaf; for an accepted submission that text is its receipt."""
        return await self._get(Receipt, paths.activity(log_index))

    # ── the demo ─────────────────────────────────────────────────────────────────────────────────────────────

    async def demo_people(self) -> list[DemoPerson]:
        answer = await self._send("GET", paths.DEMO_PEOPLE)
        return [DemoPerson.model_validate(row) for row in _cleaned(answer.json())]

    async def demo_credentials(self, login_id: str) -> DemoCredentials:
        return await self._post(DemoCredentials, paths.demo_credentials(login_id))

    async def demo_world(self) -> DemoWorld:
        return await self._get(DemoWorld, paths.DEMO_WORLD)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _get(self, kind: type[_Answer], path: str, **options: Any) -> _Answer:
        return kind.model_validate(_cleaned((await self._send("GET", path, **options)).json()))

    async def _post(self, kind: type[_Answer], path: str, body: dict[str, Any] | None = None) -> _Answer:
        return kind.model_validate(_cleaned((await self._send("POST", path, json=body or {})).json()))

    async def _send(self, method: str, path: str, *, background: bool = False, **options: Any) -> httpx.Response:
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        if background:
            headers[paths.BACKGROUND_HEADER] = "1"
        try:
            answer = await self._http.request(method, path, headers=headers, **options)
        except httpx.HTTPError as error:
            raise Refused(UNREACHABLE, server=self.server, why=_why(error)) from error
        if answer.is_success:
            return answer
        raise _refusal_of(answer)


def _fingerprint(answer: httpx.Response) -> str | None:
    stream = answer.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = tls.getpeercert(binary_form=True) if tls is not None else None
    return f"SHA256:{b64encode(sha256(certificate).digest()).decode().rstrip('=')}" if certificate else None


def _why(error: httpx.HTTPError) -> str:
    """Why there was no answer; a certificate that is not trusted is said with what makes it so."""
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return "this computer does not trust its certificate, --ca-file names the authority that issued it"
    return shown(said, 80) or type(error).__name__


def _refusal_of(answer: httpx.Response) -> Refused:
    if answer.headers.get("content-type", "").startswith(paths.PROBLEM_TYPE):
        body = _cleaned(answer.json())
        values = dict(body.get("values") or {})
        if body.get("reference"):
            values["reference"] = body["reference"]
        return refusal(int(body["number"]), values)
    if answer.status_code == VERSIONS_DIFFER.http:
        return Refused(
            VERSIONS_DIFFER, client=paths.VERSION, server=answer.headers.get(paths.VERSION_HEADER, "another")
        )
    return Refused(UNEXPECTED, reference=f"HTTP {answer.status_code}")


async def _chunks(upload: Upload, progress: Callable[[int], None] | None) -> AsyncIterator[bytes]:
    sent = 0
    async with aclosing(as_checked(upload.path, upload.size, upload.modified, CHUNK)) as chunks:
        async for chunk in chunks:
            sent += len(chunk)
            yield chunk
            if progress is not None:
                progress(sent)


def _cleaned(value: Any, key: str = "") -> Any:
    """Everything that enters from the server, with nothing in it that a terminal would obey."""
    if isinstance(value, str):
        return shown_lines(value) if key in _LINES else shown(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _cleaned(item, str(name)) for name, item in value.items()}
    return value


def _allowed(server: str) -> str:
    parts = urlsplit(server)
    if parts.scheme == "https" and parts.hostname:
        return server.rstrip("/")
    if parts.scheme == "http" and parts.hostname and _loopback(parts.hostname):
        return server.rstrip("/")
    raise Refused(
        NOT_UNDERSTOOD,
        what=f"{shown(server, 80)} is not a server address: "
        "it must begin with https:// (http:// only for this machine).",
    )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
