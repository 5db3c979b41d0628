"""What a stranger's scanner says of the door, and which old clients it was opened for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from backend.doors.ssh.algorithms import MACS
from tests.sftp_world import SftpWorld, run

SECURITY = (Path(__file__).parents[3] / "docs" / "security.md").read_text("utf-8")
ALLOWED = {"does not provide protection against post-quantum attacks"}
AUDITED = ("kex", "key", "enc", "mac")


async def test_ssh_audit_finds_no_failure_and_only_the_warnings_that_are_told(sftp_world: SftpWorld) -> None:
    said = await run(sys.executable, "-m", "ssh_audit.ssh_audit", "-j", "-p", str(sftp_world.door.port), "127.0.0.1")
    report = json.loads(said.said)
    offered = [one for kind in AUDITED for one in report[kind]]
    assert len(offered) > len(AUDITED) and report["banner"]["raw"] == "SSH-2.0-ECP_2.0"
    for one in offered:
        notes = one["notes"]
        assert not notes.get("fail"), one
        assert set(notes.get("warn", [])) <= ALLOWED, one
        if notes.get("warn"):
            assert f"`{one['algorithm']}`" in SECURITY, "every warning is named where people look"
    assert report["cves"] == []
    assert all("connection throttling" in note for note in report["additional_notes"]), report["additional_notes"]


@pytest.mark.parametrize("says", ["libssh2_1.10.0", "Renci.SshNet.SshClient.0.0.1"])
async def test_clients_that_know_no_better_are_offered_one_older_mac(sftp_world: SftpWorld, says: str) -> None:
    old: dict[str, Any] = {"encryption_algs": ["aes256-ctr"], "mac_algs": ["hmac-sha2-256", "hmac-sha1"]}
    key = sftp_world.key("CHAN01")
    async with (
        sftp_world.connected(client_keys=[key], client_version=says, **old) as connection,
        connection.start_sftp_client() as sftp,
    ):
        assert connection.get_extra_info("recv_mac") == "hmac-sha2-256"
        assert await sftp.listdir("/")
    async with sftp_world.connected(client_keys=[key], client_version=says, encryption_algs=["aes256-ctr"]) as better:
        assert better.get_extra_info("recv_mac") in MACS
    with pytest.raises(asyncssh.KeyExchangeFailed):
        async with sftp_world.connected(client_keys=[key], client_version="OpenSSH_7.4", **old):
            pass
