"""Which algorithms and keys are taken: no SHA-1, no NIST key exchange, no ChaCha20, no weak RSA; GCM first."""

from __future__ import annotations

import re
from typing import Final

from asyncssh import SSHKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.contract.rules import key_material

KEY_EXCHANGES: Final = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "diffie-hellman-group16-sha512",
)
_GCM: Final = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
CIPHERS: Final = (*_GCM, "aes128-ctr", "aes192-ctr", "aes256-ctr")
_KNOW_GCM: Final = re.compile(r"SSH-2\.0-(OpenSSH_(?!([1-5]\.|6\.[01]))|Go\b|rclone/|AsyncSSH_)")
"""These know GCM, but would choose CTR, which costs twice the work: they are offered GCM alone."""
MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
OLD_CLIENTS: Final = ("SSH-2.0-libssh2_", "SSH-2.0-Renci.SshNet.")
"""Some know neither GCM nor those MACs: libssh2 before 1.11, which Debian 12's curl has, and SSH.NET before 2023."""
_MAC_FOR_OLD_CLIENTS: Final = "hmac-sha2-256"

SIGNATURES: Final = tuple(sorted(set().union(*key_material.SIGNATURES.values())))


def macs(client_version: str) -> list[bytes]:
    """What is offered to this client. What it says it is cannot be changed on the way: both sides sign it."""
    offered = (*MACS, _MAC_FOR_OLD_CLIENTS) if client_version.startswith(OLD_CLIENTS) else MACS
    return [name.encode() for name in offered]


def ciphers(client_version: str) -> list[bytes]:
    """What is offered to this client; of what both know, the client's favourite is taken."""
    return [name.encode() for name in (_GCM if _KNOW_GCM.match(client_version) else CIPHERS)]


def acceptable(key: SSHKey) -> bool:
    """Whether this kind and strength of key may sign in."""
    if key.get_algorithm() not in key_material.SIGNATURES:
        return False
    public = key.pyca_key
    return not isinstance(public, RSAPublicKey) or public.key_size >= key_material.LEAST_RSA_BITS


def narrow(key: SSHKey) -> None:
    """Lets this key verify only the signatures taken here: asyncssh would take SHA-1 of every RSA key, too."""
    key.all_sig_algorithms = {name.encode() for name in key_material.SIGNATURES[key.get_algorithm()]}
