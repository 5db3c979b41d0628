"""HTTPS: served with the certificate named, believed by who trusts its maker, and by nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.contract.faults import Refused
from ecp_tui.client import EcpClient
from tests.doors.http.conftest import Served, serving
from tests.world import World


def certificate_in(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, key_file


@pytest.fixture
def by_tls(world: World, tmp_path: Path) -> Iterator[Served]:
    certificate, key = certificate_in(tmp_path, "server")
    with serving(world, tls_certificate=certificate, tls_key=key) as made:
        yield made


async def test_the_consoles_client_believes_the_authority_it_was_told(by_tls: Served, tmp_path: Path) -> None:
    client = EcpClient(f"https://{by_tls.host}:{by_tls.port}", ca_file=tmp_path / "server.pem")
    assert (await client.landing()).name == "ECP 2.0"
    await client.close()


async def test_it_believes_nobody_else_and_says_what_would_help(by_tls: Served, tmp_path: Path) -> None:
    certificate_in(tmp_path, "another")
    for ca_file in (None, tmp_path / "another.pem"):
        client = EcpClient(f"https://{by_tls.host}:{by_tls.port}", ca_file=ca_file)
        with pytest.raises(Refused) as refused:
            await client.landing()
        assert refused.value.number == 9001
        assert "--ca-file" in refused.value.what
        await client.close()


async def test_plain_http_is_not_served_beside_it(by_tls: Served) -> None:
    client = EcpClient(f"http://{by_tls.host}:{by_tls.port}")
    with pytest.raises(Refused) as refused:
        await client.landing()
    assert refused.value.number == 9001
    await client.close()
