"""OpenSSH's own sftp and scp at the door."""

from __future__ import annotations

import hashlib

from tests.sftp_world import RECEIPTS, SUBMIT, TODAY, YESTERDAY, SftpWorld

RETURN = b"trade,amount\n1,100\n"


async def test_a_put_is_accepted_and_stands_in_activity_enquiry_with_its_sha256(sftp_world: SftpWorld) -> None:
    path = sftp_world.file(TODAY, RETURN)
    ran = await sftp_world.sftp(f"put {path} {SUBMIT}/", f"ls -l {SUBMIT}", f"ls {RECEIPTS}")
    assert ran.code == 0, ran.said
    found = sftp_world.activities()[0]
    assert (found.file_name, found.state, found.channel) == (TODAY, "accepted", "sftp")
    assert found.sha256 == hashlib.sha256(RETURN).hexdigest()
    assert found.input_date is not None and found.input_date.isoformat() == "2022-05-20"
    assert f"{TODAY}.receipt" in ran.said and str(len(RETURN)) in ran.said
