"""How the client speaks HTTP: one server, one session; answers are cleaned, refusals raised."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from backend.contract import paths
from backend.contract.faults import UNEXPECTED, UNREACHABLE, VERSIONS_DIFFER, Refused, refusal
from backend.contract.messages import Message
from backend.contract.rules.shown import shown, shown_lines
from ecp_tui.server import allowed, trusted

_LINES: Final = frozenset({"receipt", "text", "findings", "rule", "signature", "proof", "signed"})
"""What may have several lines."""
_Answer = TypeVar("_Answer", bound=Message)


class Transport:
    """One server, one session. Never follows a redirect; refuses `http://` to any host but this one."""

    def __init__(
        self,
        server: str,
        *,
        token: str | None = None,
        seat: str | None = None,
        ca_file: Path | None = None,
        source: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`seat`: where somebody sits whose console is served over SSH, for the private entrance."""
        self.server = allowed(server)
        self.token = token
        self.fingerprint: str | None = None
        """Of the server's certificate, as `landing` met it; `None` without TLS."""
        verify: ssl.SSLContext | bool = trusted(ca_file) if ca_file else True
        if transport is not None or self.server.startswith("http://"):
            verify = False
        self._http = httpx.AsyncClient(
            base_url=self.server,
            transport=transport,
            verify=verify,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(15.0, connect=5.0),
            headers={paths.VERSION_HEADER: paths.VERSION, paths.CLIENT_HEADER: "console"}
            | ({} if seat is None else {paths.SEAT_HEADER: seat})
            | ({} if source is None else {"x-forwarded-for": source}),
        )

    async def close(self) -> None:
        await self._http.aclose()

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _get(self, kind: type[_Answer], path: str, **options: Any) -> _Answer:
        return kind.model_validate(cleaned((await self._send("GET", path, **options)).json()))

    async def _list(self, kind: type[_Answer], path: str, **options: Any) -> list[_Answer]:
        answer = await self._send("GET", path, **options)
        return [kind.model_validate(row) for row in cleaned(answer.json())]

    async def _tell(self, path: str, body: Message) -> None:
        """Posts what has no answer but that it was done."""
        await self._send("POST", path, json=body.model_dump(mode="json"))

    async def _ask(
        self, kind: type[_Answer], path: str, body: Message, method: str = "POST", **options: Any
    ) -> _Answer:
        answer = await self._send(method, path, json=body.model_dump(mode="json"), **options)
        return kind.model_validate(cleaned(answer.json()))

    async def _post(self, kind: type[_Answer], path: str, body: dict[str, Any] | None = None) -> _Answer:
        return kind.model_validate(cleaned((await self._send("POST", path, json=body or {})).json()))

    async def _send(self, method: str, path: str, *, background: bool = False, **options: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, headers=self._headers(options, background), **options)
        except httpx.HTTPError as error:
            raise Refused(UNREACHABLE, server=self.server, why=_why(error)) from error
        if answer.is_success:
            return answer
        raise _refusal_of(answer)

    @asynccontextmanager
    async def _streamed(self, method: str, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        """An answer whose body is read as it comes."""
        try:
            async with self._http.stream(method, path, headers=self._headers(options), **options) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise _refusal_of(answer)
                yield answer
        except httpx.HTTPError as error:
            raise Refused(UNREACHABLE, server=self.server, why=_why(error)) from error

    def _headers(self, options: dict[str, Any], background: bool = False) -> dict[str, str]:
        headers: dict[str, str] = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("authorization", f"Bearer {self.token}")
        if background:
            headers[paths.BACKGROUND_HEADER] = "1"
        return headers


def fingerprint_of(answer: httpx.Response) -> str | None:
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
        body = cleaned(answer.json())
        values = dict(body.get("values") or {})
        if body.get("reference"):
            values["reference"] = body["reference"]
        return refusal(int(body["number"]), values)
    if answer.status_code == VERSIONS_DIFFER.http:
        return Refused(
            VERSIONS_DIFFER, client=paths.VERSION, server=answer.headers.get(paths.VERSION_HEADER, "another")
        )
    return Refused(UNEXPECTED, reference=f"HTTP {answer.status_code}")


def cleaned(value: Any, key: str = "") -> Any:
    """Everything that enters from the server, with nothing in it that a terminal would obey."""
    if isinstance(value, str):
        return shown_lines(value) if key in _LINES else shown(value)
    if isinstance(value, list):
        return [cleaned(item, "text" if key == "texts" else "") for item in value]
    if isinstance(value, dict):
        return {str(name): cleaned(item, str(name)) for name, item in value.items()}
    return value
