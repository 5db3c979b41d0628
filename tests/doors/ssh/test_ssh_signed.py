"""By SFTP a receipt comes with its signature, its proof and the keys; what is fetched verifies with stock OpenSSH."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import cast

import asyncssh
import pytest

from backend.contract.rules.evidence import Evidence, judge
from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, SftpWorld, installed

ONE, TWO = b"one\n", b"two\n"


async def fetched(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    """The whole of it, which is as long as its listing says."""
    attributes = await sftp.stat(path)
    async with sftp.open(path, "rb") as file:
        data = cast(bytes, await file.read())
    assert attributes.size == len(data)
    return data


async def submitted(sftp: asyncssh.SFTPClient, data: bytes) -> None:
    async with sftp.open(f"{SUBMIT}/{TODAY}", "wb") as file:
        await file.write(data)


async def test_each_version_is_verified_by_what_lies_beside_its_receipt(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        for data in (ONE, TWO):
            await submitted(sftp, data)
        sizes = {str(one.filename): one.attrs.size for one in await sftp.readdir(RECEIPTS)}
        for name, data in ((f"{TODAY}.v1", ONE), (TODAY, TWO)):
            beside = [await fetched(sftp, f"{RECEIPTS}/{name}.{kind}") for kind in ("receipt", "receipt.sig", "proof")]
            assert [sizes[f"{name}.{kind}"] for kind in ("receipt", "receipt.sig", "proof")] == [*map(len, beside)]
            receipt, signature, proof = beside
            signers, revoked = [(await fetched(sftp, path)).decode() for path in ("/allowed_signers", "/revoked_keys")]
            sha256 = hashlib.sha256(data).hexdigest()
            held = Evidence(receipt, signature.decode(), proof.decode(), signers, revoked, sha256)
            assert judge(held).holds, judge(held).checks


async def test_what_is_signed_can_be_read_and_not_changed(sftp_world: SftpWorld) -> None:
    async with sftp_world.client() as sftp:
        await submitted(sftp, ONE)
        before = await fetched(sftp, f"{RECEIPTS}/{TODAY}.proof")
        await submitted(sftp, TWO)
        assert await fetched(sftp, f"{RECEIPTS}/{TODAY}.v1.proof") == before, "a proof stays what it was"
        for path in (f"{RECEIPTS}/{TODAY}.proof", f"{RECEIPTS}/{TODAY}.receipt.sig", "/allowed_signers"):
            with pytest.raises(asyncssh.SFTPError):
                async with sftp.open(path, "wb") as file:
                    await file.write(b"x")
            with pytest.raises(asyncssh.SFTPError):
                await sftp.remove(path)
        for path in ("/allowed_signers/x", f"{RECEIPTS}/{TODAY}.v9.proof", f"{RECEIPTS}/x.proof"):
            with pytest.raises(asyncssh.SFTPError):
                await sftp.stat(path)
    async with sftp_world.client("TAI09") as sftp:
        with pytest.raises(asyncssh.SFTPNoSuchFile):
            await fetched(sftp, f"{RECEIPTS}/{TODAY}.proof")


async def test_ssh_keygen_verifies_what_sftp_brought(sftp_world: SftpWorld, tmp_path: Path) -> None:
    keygen = installed("ssh-keygen")
    async with sftp_world.client() as sftp:
        await submitted(sftp, ONE)
        for path in ("/allowed_signers", f"{RECEIPTS}/{TODAY}.receipt", f"{RECEIPTS}/{TODAY}.receipt.sig"):
            (tmp_path / path.rpartition("/")[2]).write_bytes(await fetched(sftp, path))

    def verified(namespace: str = "receipt-v1@ecp") -> bool:
        asked = [keygen, "-Y", "verify", "-f", "allowed_signers", "-I", "ecp.local", "-n", namespace]
        with (tmp_path / f"{TODAY}.receipt").open("rb") as receipt:
            told = [*asked, "-s", f"{TODAY}.receipt.sig"]
            return subprocess.run(told, stdin=receipt, cwd=tmp_path, capture_output=True).returncode == 0

    assert verified() and not verified("checkpoint-v1@ecp") and not verified("file")
    whole = (tmp_path / f"{TODAY}.receipt").read_bytes()
    for wrong in (whole.replace(b"\n", b"\r\n"), whole.replace(b"version: 1", b"version: 2")):
        (tmp_path / f"{TODAY}.receipt").write_bytes(wrong)
        assert not verified()
