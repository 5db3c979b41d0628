"""Signatures by SSH keys: whose they are, over what, and by which algorithm."""

from __future__ import annotations

from base64 import b64encode

import asyncssh
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash

from backend.adapters.public_keys import SshPublicKeys
from backend.contract.rules.ssh_wire import string

DATA = b"what is signed"


def line(key: asyncssh.SSHKey) -> str:
    return key.export_public_key("openssh").decode()


def signed(key: asyncssh.SSHKey, signature: bytes, data: bytes = DATA) -> bool:
    return SshPublicKeys().signed(line(key), signature, data)


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"])
def test_a_signature_is_of_its_key_and_its_data_alone(kind: str) -> None:
    key, other = asyncssh.generate_private_key(kind), asyncssh.generate_private_key(kind)
    signature = key.sign(DATA, kind.encode())
    assert signed(key, signature)
    assert not signed(other, signature)
    assert not signed(key, signature, DATA + b"!")
    for damaged in (b"", signature[:-1], signature + b"\0", signature[:-1] + bytes([signature[-1] ^ 1])):
        assert not signed(key, damaged)


def test_rsa_signs_by_sha_2_and_never_by_sha_1() -> None:
    key = asyncssh.generate_private_key("ssh-rsa", key_size=3072)
    for algorithm, taken in ((b"rsa-sha2-256", True), (b"rsa-sha2-512", True), (b"ssh-rsa", False)):
        assert signed(key, key.sign(DATA, algorithm)) is taken
    disguised = key.sign(DATA, b"ssh-rsa").replace(string(b"ssh-rsa"), string(b"rsa-sha2-256"), 1)
    assert not signed(key, disguised)


def test_keys_of_other_kinds_sign_nothing() -> None:
    for kind in ("ssh-dss", "ssh-ed448", "ecdsa-sha2-nistp521"):
        key = asyncssh.generate_private_key(kind)
        assert not signed(key, key.sign(DATA, kind.encode()))
    assert not SshPublicKeys().signed("not a key", b"", DATA)
    assert not SshPublicKeys().signed("ssh-ed25519 AAAA", b"", DATA)


def test_a_security_key_signs_what_it_was_touched_for() -> None:
    private, name = Ed25519PrivateKey.generate(), b"sk-ssh-ed25519@openssh.com"
    blob = string(name) + string(private.public_key().public_bytes_raw()) + string(b"ssh:")
    public = f"{name.decode()} {b64encode(blob).decode()}"

    def digest(data: bytes) -> bytes:
        hashed = Hash(SHA256())
        hashed.update(data)
        return hashed.finalize()

    def touched(flags: bytes, data: bytes = DATA) -> bytes:
        message = digest(b"ssh:") + flags + bytes(4) + digest(data)
        return string(name) + string(private.sign(message)) + flags + bytes(4)

    assert SshPublicKeys().signed(public, touched(b"\1"), DATA)
    assert not SshPublicKeys().signed(public, touched(b"\1", b"something else"), DATA)
    assert not SshPublicKeys().signed(public, touched(b"\0"), DATA), "nobody touched it"
