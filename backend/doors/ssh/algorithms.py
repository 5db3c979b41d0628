"""Which algorithms and keys are taken: nothing with SHA-1, no NIST key exchange, no weak RSA; GCM first."""

from __future__ import annotations

from typing import Final

from asyncssh import SSHKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KEY_EXCHANGES: Final = (
    "mlkem768x25519-sha256",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
)
CIPHERS: Final = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")

_SIGNATURES: Final[dict[str, frozenset[str]]] = {
    "ssh-ed25519": frozenset({"ssh-ed25519"}),
    "sk-ssh-ed25519@openssh.com": frozenset({"sk-ssh-ed25519@openssh.com"}),
    "ecdsa-sha2-nistp256": frozenset({"ecdsa-sha2-nistp256"}),
    "ecdsa-sha2-nistp384": frozenset({"ecdsa-sha2-nistp384"}),
    "ssh-rsa": frozenset({"rsa-sha2-256", "rsa-sha2-512"}),
}
SIGNATURES: Final = tuple(sorted(set().union(*_SIGNATURES.values())))
_LEAST_RSA_BITS: Final = 3072


def acceptable(key: SSHKey) -> bool:
    """Whether this kind and strength of key may sign in."""
    if key.get_algorithm() not in _SIGNATURES:
        return False
    public = key.pyca_key
    return not isinstance(public, RSAPublicKey) or public.key_size >= _LEAST_RSA_BITS


def narrow(key: SSHKey) -> None:
    """Lets this key verify only the signatures taken here: asyncssh would take SHA-1 of every RSA key, too."""
    key.all_sig_algorithms = {name.encode() for name in _SIGNATURES[key.get_algorithm()]}
