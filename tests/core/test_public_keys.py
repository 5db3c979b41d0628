"""Public keys as they are pasted: what is taken, in which one form, and everything that is not."""

from __future__ import annotations

import secrets
from base64 import b64encode
from functools import cache

import asyncssh
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.contract.faults import KEY_NOT_ACCEPTABLE, Refused
from backend.contract.rules.key_material import SIGNATURES
from backend.contract.rules.public_keys import (
    PublicKey,
    fingerprint_end,
    fingerprint_of,
    key_type,
    looks_private,
    read_public_key,
)
from backend.contract.rules.ssh_wire import Wire, string

KINDS = (
    ("ssh-ed25519", None, "ssh-ed25519", 256),
    ("ecdsa-sha2-nistp256", None, "ecdsa-nistp256", 256),
    ("ecdsa-sha2-nistp384", None, "ecdsa-nistp384", 384),
    ("ssh-rsa", 3072, "rsa-3072", 3072),
)


@cache
def key(kind: str = "ssh-ed25519", bits: int | None = None) -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind, comment="chan@acme", **({"key_size": bits} if bits else {}))


def line(made: asyncssh.SSHKey) -> str:
    return made.export_public_key("openssh").decode()


def refused(text: str) -> str:
    """What 5001 says."""
    with pytest.raises(Refused) as said:
        read_public_key(text)
    assert said.value.fault is KEY_NOT_ACCEPTABLE
    return f"{said.value.what} {said.value.remedy}"


def blob_line(name: str, *parts: bytes, said: str = "") -> str:
    blob = b"".join(string(part) for part in (name.encode(), *parts))
    return f"{said or name} {b64encode(blob).decode()} someone@somewhere"


def number(value: int) -> bytes:
    """As SSH writes it, the sign bit kept free."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


# ── taken ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("kind", "bits", "shown", "strength"), KINDS)
@pytest.mark.parametrize("form", ["openssh", "rfc4716"])
def test_a_strong_key_is_read_in_either_form_with_the_fingerprint_openssh_shows(
    kind: str, bits: int | None, shown: str, strength: int, form: str
) -> None:
    made = key(kind, bits)
    read = read_public_key(made.export_public_key(form).decode())
    assert read == PublicKey(kind, shown, strength, made.get_fingerprint(), "chan@acme", line(made).strip())
    assert read_public_key(read.line) == read


def test_a_security_keys_key_is_taken() -> None:
    read = read_public_key(blob_line("sk-ssh-ed25519@openssh.com", b"\x07" * 32, b"ssh:"))
    assert (read.type, read.algorithm) == ("sk-ssh-ed25519", "sk-ssh-ed25519@openssh.com")


def test_puttygens_block_is_read_with_its_headers() -> None:
    encoded = line(key()).split()[1]
    block = (
        "---- BEGIN SSH2 PUBLIC KEY ----\r\nSubject: chan\r\n"
        'Comment: "ed25519-key-\\\r\n20220520"\r\nx-long: a\\\r\nb\r\n'
        f"{encoded[:40]}\r\n{encoded[40:]}\r\n---- END SSH2 PUBLIC KEY ----\r\n"
    )
    read = read_public_key(block)
    assert (read.fingerprint, read.comment) == (key().get_fingerprint(), "ed25519-key-20220520")


@pytest.mark.parametrize("around", ["{}", "  {}  \n", "\r\n{}\r\n", "# from Chan\n{}\n"])
def test_what_a_paste_has_around_the_line_does_not_matter(around: str) -> None:
    assert read_public_key(around.format(line(key()).strip())).fingerprint == key().get_fingerprint()


def test_a_key_without_a_comment_is_taken() -> None:
    read = read_public_key(" ".join(line(key()).split()[:2]))
    assert read.comment == "" and len(read.line.split()) == 2


@given(st.text(max_size=300))
@example("\u202e" * 60)
def test_no_comment_brings_anything_onto_a_screen_or_into_the_line_that_is_kept(comment: str) -> None:
    try:
        read = read_public_key(f"{' '.join(line(key()).split()[:2])} {comment}")
    except Refused:
        return
    assert read.fingerprint == key().get_fingerprint()
    assert len(read.comment) <= 100 and read.comment.isprintable()
    assert "\n" not in read.line and read_public_key(read.line) == read


def test_every_kind_that_is_taken_is_one_that_the_door_takes() -> None:
    taken = {read_public_key(line(key(kind, bits))).algorithm for kind, bits, *_ in KINDS}
    assert taken | {"sk-ssh-ed25519@openssh.com"} == set(SIGNATURES)


# ── private ──────────────────────────────────────────────────────────────────────────────────────────────────────

PPK = (
    "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 1\nAAAA\n"
    "Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n"
)


@pytest.mark.parametrize(("kind", "bits"), [("ssh-ed25519", None), ("ecdsa-sha2-nistp256", None), ("ssh-rsa", 2048)])
@pytest.mark.parametrize("form", ["openssh", "pkcs8-pem", "pkcs1-pem"])
def test_a_private_key_is_known_whole_without_its_frame_and_by_its_first_line(
    kind: str, bits: int | None, form: str
) -> None:
    if (kind, form) == ("ssh-ed25519", "pkcs1-pem"):
        return
    private = key(kind, bits).export_private_key(form).decode()
    inside = private.splitlines()[1:-1]
    for pasted in (private, private.replace("\n", "\r\n"), f"here it is:\n{private}", "\n".join(inside), inside[0]):
        assert looks_private(pasted), pasted
        assert "This is the private key. It never leaves your computer" in refused(pasted)
        assert "make a new key pair" in refused(pasted)


def test_an_encrypted_private_key_is_private_too() -> None:
    assert looks_private(key().export_private_key("pkcs8-pem", passphrase="four-words-and-a-number").decode())


@pytest.mark.parametrize(
    "pasted",
    [
        PPK,
        PPK.partition("Private-Lines")[0],
        "Private-Lines: 1\nAAAA",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA",
        "-----BEGIN DSA PRIVATE KEY-----\nAAAA",
        "-----begin openssh private key-----",
        "AAAA\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_private_keys_of_putty_and_parts_of_any_are_known(pasted: str) -> None:
    assert looks_private(pasted)
    assert "private key" in refused(pasted)


@pytest.mark.parametrize(("kind", "bits", "shown", "strength"), KINDS)
@pytest.mark.parametrize("form", ["openssh", "rfc4716", "pkcs8-pem", "pkcs1-pem"])
def test_no_public_key_is_taken_for_a_private_one(
    kind: str, bits: int | None, shown: str, strength: int, form: str
) -> None:
    if form == "pkcs1-pem" and kind != "ssh-rsa":
        return
    assert not looks_private(key(kind, bits).export_public_key(form).decode())


def test_a_refusal_never_says_what_was_pasted() -> None:
    private = key().export_private_key("openssh").decode()
    with pytest.raises(Refused) as said:
        read_public_key(private)
    assert private.splitlines()[2] not in str(said.value) + str(said.value.values)


# ── weak, foreign, wrong ─────────────────────────────────────────────────────────────────────────────────────────


def test_weak_and_foreign_kinds_are_refused_with_what_to_make_instead() -> None:
    assert "RSA key of 2048 bits is too weak" in refused(line(key("ssh-rsa", 2048)))
    assert "RSA key of 1024 bits is too weak" in refused(line(key("ssh-rsa", 1024)))
    assert "DSA keys are too weak" in refused(line(key("ssh-dss")))
    for kind in ("ecdsa-sha2-nistp521", "ssh-ed448"):
        assert f"Keys of the kind {kind} are not taken" in refused(line(key(kind)))
    assert "ssh-keygen -t ed25519" in refused(line(key("ssh-dss")))


@pytest.mark.parametrize(("exponent", "bits"), [(1, 3072), (2, 3072), (2**65 + 1, 3072), (65537, 20_000)])
def test_an_rsa_key_that_anybody_can_sign_for_or_that_is_slow_on_purpose_is_refused(exponent: int, bits: int) -> None:
    modulus = (1 << (bits - 1)) | secrets.randbits(bits - 2) | 1
    assert "none that ssh-keygen makes" in refused(blob_line("ssh-rsa", number(exponent), number(modulus)))


def test_an_even_rsa_modulus_is_refused() -> None:
    assert "none that" in refused(blob_line("ssh-rsa", number(65537), number(1 << 3071)))


ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


@pytest.mark.parametrize(
    "point", [bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f", ORDER_8, ORDER_8[:-1] + b"\x85"]
)
def test_a_point_under_which_anybody_can_sign_is_refused(point: bytes) -> None:
    assert "Anybody could sign" in refused(blob_line("ssh-ed25519", point))
    assert "Anybody could sign" in refused(blob_line("sk-ssh-ed25519@openssh.com", point, b"ssh:"))


def test_the_same_key_written_in_another_way_does_not_get_another_fingerprint() -> None:
    wire = Wire(key("ssh-rsa", 3072).public_data)
    name, exponent, modulus = wire.text(), wire.number(), wire.number()
    padded = blob_line(name, number(exponent), b"\0" + number(modulus))
    assert "damaged" in refused(padded)
    assert "damaged" in refused(blob_line("ssh-ed25519", (2**255 - 19 + 9).to_bytes(32, "little")))
    assert "damaged" in refused(f"ssh-ed25519 {line(key()).split()[1]}====")


def test_name_and_blob_must_agree() -> None:
    other = line(key("ecdsa-sha2-nistp256")).split()[1]
    assert "The line says ssh-ed25519, the key itself ecdsa-sha2-nistp256." in refused(f"ssh-ed25519 {other}")
    crossed = blob_line("ecdsa-sha2-nistp256", b"nistp384", b"\4" + bytes(64))
    assert "damaged" in refused(crossed)


@pytest.mark.parametrize("front", ['from="10.1.2.3"', 'no-pty,command="x y"', "sftp.example.com", "ssh"])
def test_options_and_host_names_in_front_are_refused(front: str) -> None:
    assert "stands in front of the key" in refused(f"{front} {line(key())}")


def test_several_keys_are_refused_in_either_form() -> None:
    other = line(key("ecdsa-sha2-nistp256"))
    block = key().export_public_key("rfc4716").decode()
    for pasted in (line(key()) + other, block + block):
        assert "several keys" in refused(pasted)


def test_a_key_broken_by_its_terminal_is_told_apart_from_a_damaged_one() -> None:
    whole = line(key("ssh-rsa", 3072)).strip()
    assert "broken into 2 lines" in refused(f"{whole[:80]}\n{whole[80:]}")


def test_a_certificate_is_refused() -> None:
    certificate = key().generate_user_certificate(key(), "chan", principals=["chan"])
    assert "This is a certificate" in refused(certificate.export_certificate("openssh").decode())


@pytest.mark.parametrize("form", ["pkcs8-pem", "pkcs1-pem"])
def test_a_public_key_in_pem_form_is_told_how_it_becomes_openssh(form: str) -> None:
    assert "ssh-keygen -i -m PKCS8" in refused(key("ssh-rsa", 3072).export_public_key(form).decode())


@pytest.mark.parametrize(
    "text", ["", "   \n\n", "hello", "ssh-ed25519", "ssh-ed25519 ", "# a comment", "\0\0", "ＡＡＡＡ"]
)
def test_what_is_no_key_is_refused_in_words(text: str) -> None:
    assert refused(text)


@given(st.integers(0, 67), st.integers(0, 255))
def test_a_key_with_any_byte_changed_is_never_another_length_or_kind(at: int, byte: int) -> None:
    blob = bytearray(key().public_data)
    blob[at % len(blob)] = byte
    try:
        read = read_public_key(f"ssh-ed25519 {b64encode(blob).decode()}")
    except Refused as said:
        assert said.fault is KEY_NOT_ACCEPTABLE
    else:
        assert read.type == "ssh-ed25519" and len(blob) == len(key().public_data)


@given(st.integers(1, 400))
def test_a_truncated_key_is_refused(cut: int) -> None:
    encoded = line(key("ssh-rsa", 3072)).split()[1]
    assert refused(f"ssh-rsa {encoded[:-cut]}")


@given(st.text() | st.binary().map(lambda data: f"ssh-rsa {b64encode(data).decode()}"))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        read_public_key(text)
    except Refused as said:
        assert said.fault is KEY_NOT_ACCEPTABLE and said.what and said.remedy


# ── small things ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_end_of_a_fingerprint_is_its_last_8_characters() -> None:
    fingerprint = key().get_fingerprint()
    assert fingerprint_end(f" {fingerprint}\n") == fingerprint[-8:] == fingerprint_end(fingerprint[-8:])
    assert fingerprint_end(fingerprint[-7:]) != fingerprint[-8:]
    assert fingerprint_of(key().public_data) == fingerprint


def test_the_type_of_a_key_that_would_not_be_taken_today_is_still_shown() -> None:
    assert key_type(line(key())) == "ssh-ed25519"
    assert key_type(line(key("ssh-rsa", 1024))) == "ssh-rsa"
    assert key_type("\x1b[2J") == "\\x1b[2J"


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_strings_on_the_wire_are_read_as_they_were_written(parts: list[bytes]) -> None:
    wire = Wire(b"".join(string(part) for part in parts))
    assert [wire.string() for _ in parts] == parts
    wire.end()
    with pytest.raises(ValueError):
        wire.string()
