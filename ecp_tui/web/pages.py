"""The pages as HTML, with everything in them escaped, and the files that belong to them, read once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from ecp_tui.theme import DARK, LIGHT, Palette
from ecp_tui.web.site import Site

_NONCE: Final = web.ResponseKey("nonce", str)
_OWN: Final = ("page.css", "console.css", "console.js", "recover.js", "upload.js", "icon.svg")
_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_PAGES: Final = Environment(
    loader=PackageLoader("ecp_tui.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_RULES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self'; connect-src 'self' {socket}; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS: Final = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would take the origin from posts
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "clipboard-read=(), camera=(), microphone=(), geolocation=(), usb=(), display-capture=()",
}
_YEAR: Final = "max-age=31536000"
_FONTS: Final = (
    "ui-monospace, 'Cascadia Mono', Consolas, 'SF Mono', Menlo, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
)
_CHANGES: Final = (
    ("this.webglAddon=new p.WebglAddon,this.terminal.loadAddon(this.webglAddon),", ""),
    ("'Roboto Mono', Monaco, 'Courier New', monospace", _FONTS),
)
"""What its page script has and ours must not, each exactly once."""


def page(template: str, /, *, status: int = 200, nonce: str = "", **values: Any) -> web.Response:
    """A page of this name. With a `nonce` its script may add styles, as a terminal in a page has to."""
    text = _PAGES.get_template(f"{template}.html").render(nonce=nonce, **values)
    answer = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    answer[_NONCE] = nonce
    return answer


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def harden(site: Site, answer: web.StreamResponse) -> None:
    """The headers that every answer bears: nothing from elsewhere, nothing framed, nothing kept."""
    nonce = answer.get(_NONCE, "")
    socket = site.public_url.replace("http", "ws", 1)
    answer.headers["Content-Security-Policy"] = _RULES.format(nonce=f" 'nonce-{nonce}'" if nonce else "", socket=socket)
    answer.headers.update(_HEADERS)
    answer.headers.setdefault("Cache-Control", "no-store")
    if site.secure:
        answer.headers["Strict-Transport-Security"] = _YEAR
    answer.headers.popall("Server", None)


class Static:
    """The files that pages name: ours, and the terminal that textual-serve brings. No other file can be named."""

    def __init__(self) -> None:
        own = files("ecp_tui.web") / "static"
        its = files("textual_serve") / "static"
        found = {name: (own / name).read_bytes() for name in _OWN}
        found["palette.css"] = _palette_css().encode()
        found["terminal.js"] = _changed((its / "js" / "textual.js").read_text("utf-8")).encode()
        found["terminal.css"] = (its / "css" / "xterm.css").read_bytes()
        self._files: Mapping[str, tuple[bytes, str]] = {
            name: (content, f'"{sha256(content).hexdigest()[:16]}"') for name, content in found.items()
        }

    async def get(self, request: web.Request) -> web.Response:
        """The file, unless the browser has this one already."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        content, tag = self._files[name]
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=content, content_type=_TYPES[name.rpartition(".")[2]], charset="utf-8", headers=headers
        )


def _changed(script: str) -> str:
    """The terminal's script without what keeps it from computers that show no 3D, and with their own font."""
    for before, after in _CHANGES:
        if script.count(before) != 1:
            raise RuntimeError(f"textual-serve has another page script than the one this edition is made for: {before}")
        script = script.replace(before, after)
    return script


def _palette_css() -> str:
    """The look's palette as the sheets name it, dark unless the browser is light."""
    return f":root {{{_roles(DARK)}}}\n@media (prefers-color-scheme: light) {{ :root {{{_roles(LIGHT)}}} }}\n"


def _roles(palette: Palette) -> str:
    return "".join(f" --{one.name.replace('_', '-')}: {getattr(palette, one.name)};" for one in fields(palette))
