"""`ecp web`: the console in the browser, for a platform that is named."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from backend.contract.faults import NOT_UNDERSTOOD, Exit, Refused
from ecp_tui.config import load
from ecp_tui.server import allowed, trusted

_PATH = click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)


@click.command()
@click.option("--server", metavar="URL", help="The platform, such as https://ecp.example.org:8443.")
@click.option("--ca-file", type=_PATH, metavar="FILE", help="Trust these certificates of the platform.")
@click.option("--profile", metavar="NAME", help="Take the settings of this profile.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Its port; 0 is any.")
@click.option("--tls-certificate", type=_PATH, metavar="FILE", help="The certificate of this address, as PEM.")
@click.option("--tls-key", type=_PATH, metavar="FILE", help="The key that belongs to it.")
@click.option("--public-url", default="", metavar="URL", help="What people type, such as https://ecp.example.org.")
@click.option("--trusted-proxy", default="", metavar="ADDRESS", help="The proxy that ends TLS instead; or a network.")
def web(
    *,
    server: str | None,
    ca_file: Path | None,
    profile: str | None,
    host: str,
    port: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    public_url: str,
    trusted_proxy: str,
) -> None:
    """Serve the console to browsers: Chrome and Edge from version 88, on a PC.

    People sign in on a page, then see the console in it. Plain HTTP is for this machine and a proxy alone.

    \b
    Examples:
      ecp web --server https://ecp.example.org:8443
      ecp web --host 0.0.0.0 --port 443 --public-url https://web.example.org \\
          --tls-certificate web.pem --tls-key web.key
    """
    try:
        from ecp_tui.web.server import serve  # no other command needs what it needs
        from ecp_tui.web.site import Site, networks
    except ModuleNotFoundError as error:
        what = f"The browser edition is an extra that is not installed here: pip install 'ecp-platform[web]' ({error})."
        raise click.exceptions.Exit(_refused(Refused(NOT_UNDERSTOOD, what=what))) from error
    try:
        config = load(profile=profile, server=server, ca_file=ca_file)
        if config.ca_file is not None:
            trusted(config.ca_file)
        site = Site(
            server=allowed(config.server),
            host=host,
            port=port,
            public_url=public_url.rstrip("/"),
            ca_file=config.ca_file,
            tls_certificate=tls_certificate,
            tls_key=tls_key,
            proxies=networks(trusted_proxy),
            log=config.state_dir / "web.log",
        )
        asyncio.run(serve(site, lambda found: click.echo(f"The console is at {found.public_url}. ctrl+c ends it.")))
    except Refused as refused:
        raise click.exceptions.Exit(_refused(refused)) from refused


def _refused(refused: Refused) -> Exit:
    click.echo(str(refused), err=True)
    return refused.fault.exit
