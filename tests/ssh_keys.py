"""Key pairs and signatures as OpenSSH's own ssh-keygen makes them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.asked_together import Desk
from tests.sftp_world import installed


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key's file; its public half lies beside it."""

    path: Path

    @property
    def public(self) -> str:
        return self.path.with_suffix(".pub").read_text()

    @property
    def fingerprint(self) -> str:
        return keygen("-l", "-f", str(self.path)).split()[1]

    def signs(self, other: Pair, *options: str, namespace: str = "sftp-key@ecp") -> str:
        """The signature of the other's public key file, in armour."""
        keygen("-Y", "sign", "-n", namespace, *options, "-f", str(self.path), f"{other.path}.pub")
        signature = Path(f"{other.path}.pub.sig")
        armour = signature.read_text()
        signature.unlink()
        return armour


def new_pair(folder: Path, name: str = "key", kind: str = "ed25519", bits: int | None = None) -> Pair:
    strength = ["-b", str(bits)] if bits else []
    keygen("-q", "-t", kind, *strength, "-N", "", "-C", f"{name}@acme", "-f", str(folder / name))
    return Pair(folder / name)


def keygen(*arguments: str) -> str:
    ran = subprocess.run([installed("ssh-keygen"), *arguments], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def registered(
    desk: Desk, pair: Pair, login_id: str = "CHAN01", maker: str = "WONGDA1", checker: str = "LEEDA2"
) -> None:
    """By maker and checker."""
    made = desk.request(maker, kind="register-key", login_id=login_id, public_key=pair.public)
    answer = desk.approve(checker, made, fingerprint_end=pair.fingerprint[-8:])
    assert answer.json()["state"] == "applied", answer.text


def address_registered(desk: Desk, network: str, login_id: str = "CHAN01") -> None:
    made = desk.request("WONGDA1", kind="register-address", login_id=login_id, network=network)
    assert desk.approve("LEEDA2", made).json()["state"] == "applied"
