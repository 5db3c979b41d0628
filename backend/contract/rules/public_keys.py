"""Public keys for SFTP: what somebody pastes is read, judged and written in one form; nothing else is ever kept."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.rules.key_material import Judged, judged
from backend.contract.rules.shown import shown

_LONGEST_COMMENT: Final = 100
_END: Final = 8
_NAME: Final = re.compile(r"(ssh|ecdsa|sk|rsa|x509v3|webauthn)-[a-z0-9@.-]+", re.ASCII)
_BLOCK: Final = re.compile(r"---- BEGIN SSH2 PUBLIC KEY ----(.*?)---- END SSH2 PUBLIC KEY ----", re.DOTALL)
_HEADER: Final = re.compile(r"^([A-Za-z0-9-]+):[ \t]*((?:[^\n]*\\\n)*[^\n]*)\n", re.MULTILINE)
_PRIVATE: Final = re.compile(
    r"(BEGIN|END)[A-Z0-9 ]*\bPRIVATE KEY|PuTTY-User-Key-File|^Private-(Lines|MAC|Hash):|SSH PRIVATE KEY FILE FORMAT"
    r"|b3BlbnNzaC1rZXktdjE",  # what "openssh-key-v1" is in base64, where its first and last line were left out
    re.IGNORECASE | re.MULTILINE,
)
_DER_PRIVATE: Final = re.compile(rb"\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01]", re.DOTALL)
"""How RSA, EC and PKCS#8 private keys begin: a sequence, and in it a version."""
_WAYS: Final = "Paste the public key: the one line of the file that ends in .pub, or PuTTYgen's block."


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that is taken. `line` is all that is kept of it: type, key and comment, without options."""

    algorithm: str
    type: str
    """As it is shown: ssh-ed25519, rsa-4096, ecdsa-nistp256, sk-ssh-ed25519."""
    bits: int
    fingerprint: str
    comment: str
    line: str


def looks_private(text: str) -> bool:
    """Whether this is a private key, or part of one, of whatever kind: then it must not stay where it is shown."""
    return _PRIVATE.search(text) is not None or _DER_PRIVATE.match(_bytes_of(text)) is not None


def read_public_key(text: str) -> PublicKey:
    """One OpenSSH line or one RFC 4716 block; 5001 for everything that is not one public key, strong enough."""
    if looks_private(text):
        raise Refused(
            KEY_NOT_ACCEPTABLE,
            what="This is the private key. It never leaves your computer; it was not kept here.",
            fix="Treat it as known to others now: make a new key pair with ssh-keygen -t ed25519, and paste its .pub.",
        )
    named, encoded, comment = _block(text) or _line(text)
    try:
        blob = b64decode(encoded, validate=True)
    except ValueError:
        blob = b""
    if not blob or b64encode(blob).decode() != encoded:
        raise _damaged()
    kind = judged(blob, named)
    if kind is None:
        raise _damaged()
    comment = shown(shown(" ".join(comment.split())), _LONGEST_COMMENT)  # cut once it is as long as it is shown
    return _public_key(kind, blob, comment)


def key_type(line: str) -> str:
    """How the key on a line that was kept once is shown, even if it would not be taken today."""
    try:
        return read_public_key(line).type
    except Refused:
        return shown(line.partition(" ")[0], 40)


def fingerprint_of(blob: bytes) -> str:
    """As OpenSSH writes it: SHA256:…"""
    return "SHA256:" + b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def fingerprint_end(text: str) -> str:
    """The last 8 characters of a fingerprint, or of what was typed for them."""
    return text.strip().rstrip("=")[-_END:]


def _public_key(kind: Judged, blob: bytes, comment: str) -> PublicKey:
    line = f"{kind.algorithm} {b64encode(blob).decode()} {comment}".rstrip()
    return PublicKey(kind.algorithm, kind.type, kind.bits, fingerprint_of(blob), comment, line)


def _line(text: str) -> tuple[str, str, str]:
    """Name, base64 and comment of the one line there is."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise Refused(KEY_NOT_ACCEPTABLE, what="There is no key in it.", fix=_WAYS)
    if sum(_NAME.match(line) is not None for line in lines) > 1:
        raise _several()
    if lines[0].startswith("-----BEGIN"):
        raise Refused(
            KEY_NOT_ACCEPTABLE,
            what="This is a key in PEM form, or a certificate; SFTP knows OpenSSH's form.",
            fix="Write the key in OpenSSH's form with ssh-keygen -i -m PKCS8 -f FILE, then paste that line.",
        )
    words = lines[0].split(None, 2)
    if _NAME.fullmatch(words[0]) is None:
        raise _not_in_front(lines[0])
    if len(lines) > 1:
        raise Refused(
            KEY_NOT_ACCEPTABLE,
            what=f"The key is broken into {len(lines)} lines.",
            fix="Paste it as one line, as it stands in the .pub file.",
        )
    if len(words) == 1:
        raise _damaged()
    return words[0], words[1], words[2] if len(words) > 2 else ""  # noqa: PLR2004 - name, key, comment


def _block(text: str) -> tuple[None, str, str] | None:
    """Base64 and comment of PuTTYgen's block (RFC 4716); None where there is none."""
    blocks = _BLOCK.findall(text.replace("\r\n", "\n"))
    if not blocks:
        return None
    if len(blocks) > 1:
        raise _several()
    body = blocks[0].lstrip("\n")
    comment = ""
    while header := _HEADER.match(body):
        said = header[2].replace("\\\n", "").strip()
        comment = said.strip('"') if header[1].lower() == "comment" else comment
        body = body[header.end() :]
    return None, "".join(body.split()), comment


def _bytes_of(text: str) -> bytes:
    """What the base64 of the text stands for, its first and last line left out; empty where it is none."""
    body = "".join(line.strip() for line in text.splitlines() if not line.startswith("-"))
    try:
        return b64decode(body, validate=True)
    except ValueError:
        return b""


def _not_in_front(line: str) -> Refused:
    if _NAME.search(line) is not None:
        return Refused(
            KEY_NOT_ACCEPTABLE,
            what="Something stands in front of the key: options and host names mean nothing here.",
            fix="Leave out what stands before the key's type; addresses are registered apart (user guide, 4.5.3).",
        )
    return Refused(KEY_NOT_ACCEPTABLE, what="This is no public key of SSH.", fix=_WAYS)


def _several() -> Refused:
    return Refused(
        KEY_NOT_ACCEPTABLE,
        what="These are several keys.",
        fix="Paste one of them; each key has a registration of its own.",
    )


def _damaged() -> Refused:
    return Refused(
        KEY_NOT_ACCEPTABLE,
        what="The key is damaged: characters are missing, changed or too many.",
        fix="Copy it from the .pub file once more, whole.",
    )
