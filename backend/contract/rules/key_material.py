"""What is inside a public key: its kind, its strength, and whether it is a key at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.rules.shown import shown
from backend.contract.rules.ssh_wire import Wire

LEAST_RSA_BITS: Final = 3072
_MOST_RSA_BITS: Final = 16384
_LEAST_EXPONENT: Final = 3
_MOST_EXPONENT_BITS: Final = 64
_NEW_PAIR: Final = "Make a new key pair with ssh-keygen -t ed25519, and paste its .pub."
_PRIME: Final = 2**255 - 19
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    }
)
"""Points of Ed25519 under which anybody can sign."""
_POINT: Final = 32
_UNCOMPRESSED: Final = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A key that is a key, and strong enough."""

    algorithm: str
    type: str
    bits: int


def judged(blob: bytes, named: str | None) -> Judged | None:
    """What the blob is; None where it is damaged. 5001 for a kind or strength that is not taken.

    `named` is what stands before it on its line, and must agree.
    """
    wire = Wire(blob)
    try:
        algorithm = wire.text()
        if named is not None and algorithm != named:
            raise Refused(
                KEY_NOT_ACCEPTABLE,
                what=f"The line says {shown(named, 40)}, the key itself {shown(algorithm, 40)}.",
                fix="Copy it from the .pub file once more, whole.",
            )
        read = _KINDS.get(algorithm)
        if read is None:
            raise _not_taken(algorithm)
        kind = read(wire)
        wire.end()
    except ValueError:
        return None
    return Judged(algorithm, *kind)


def _ed25519(wire: Wire) -> tuple[str, int]:
    point = wire.string()
    y = int.from_bytes(point, "little") & ~(1 << 255)
    if len(point) != _POINT or y >= _PRIME:
        raise ValueError("not a point")
    if y in _SMALL_ORDER:
        raise Refused(KEY_NOT_ACCEPTABLE, what="Anybody could sign under this key.", fix=_NEW_PAIR)
    return "ssh-ed25519", 256


def _security_key(wire: Wire) -> tuple[str, int]:
    kind, bits = _ed25519(wire)
    if not wire.string():
        raise ValueError("no application")
    return f"sk-{kind}", bits


def _ecdsa(curve: str, bits: int) -> Callable[[Wire], tuple[str, int]]:
    def read(wire: Wire) -> tuple[str, int]:
        named, point = wire.text(), wire.string()
        if named != curve or len(point) != 1 + bits // 4 or point[0] != _UNCOMPRESSED:
            raise ValueError("not a point of the curve")
        return f"ecdsa-{curve}", bits

    return read


def _rsa(wire: Wire) -> tuple[str, int]:
    exponent, modulus = wire.number(), wire.number()
    bits = modulus.bit_length()
    if bits < LEAST_RSA_BITS:
        raise Refused(KEY_NOT_ACCEPTABLE, what=f"An RSA key of {bits} bits is too weak.", fix=_NEW_PAIR)
    odd = exponent % 2 and modulus % 2
    if not odd or exponent < _LEAST_EXPONENT or exponent.bit_length() > _MOST_EXPONENT_BITS or bits > _MOST_RSA_BITS:
        raise Refused(KEY_NOT_ACCEPTABLE, what="This RSA key is none that ssh-keygen makes.", fix=_NEW_PAIR)
    return f"rsa-{bits}", bits


_KINDS: Final[dict[str, Callable[[Wire], tuple[str, int]]]] = {
    "ssh-ed25519": _ed25519,
    "sk-ssh-ed25519@openssh.com": _security_key,
    "ecdsa-sha2-nistp256": _ecdsa("nistp256", 256),
    "ecdsa-sha2-nistp384": _ecdsa("nistp384", 384),
    "ssh-rsa": _rsa,
}
SIGNATURES: Final = {
    "ssh-ed25519": frozenset({"ssh-ed25519"}),
    "sk-ssh-ed25519@openssh.com": frozenset({"sk-ssh-ed25519@openssh.com"}),
    "ecdsa-sha2-nistp256": frozenset({"ecdsa-sha2-nistp256"}),
    "ecdsa-sha2-nistp384": frozenset({"ecdsa-sha2-nistp384"}),
    "ssh-rsa": frozenset({"rsa-sha2-256", "rsa-sha2-512"}),
}
"""By kind of key: the signatures that are taken of it, none of them with SHA-1."""


def _not_taken(algorithm: str) -> Refused:
    if "-cert-" in algorithm:
        return Refused(
            KEY_NOT_ACCEPTABLE,
            what="This is a certificate; a key is registered by itself.",
            fix="Paste the public key that the certificate was made for: the .pub file without -cert.",
        )
    if algorithm == "ssh-dss":
        return Refused(KEY_NOT_ACCEPTABLE, what="DSA keys are too weak.", fix=_NEW_PAIR)
    return Refused(KEY_NOT_ACCEPTABLE, what=f"Keys of the kind {shown(algorithm, 40)} are not taken.", fix=_NEW_PAIR)
