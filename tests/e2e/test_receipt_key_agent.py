"""An ssh-agent takes over from a key file by the line of docs/operate.md; what the file's key signed verifies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from backend.adapters.database import tables
from backend.contract import paths
from backend.contract.rules.signers import verify_line
from backend.core.activity import signature_of
from backend.settings import load
from backend.wiring.keys import opened_store
from tests.e2e.test_backup import Operator, demo, printed, served
from tests.sftp_world import installed


@contextmanager
def _agent(socket: Path, key: Path) -> Iterator[None]:
    """It holds the key alone from then on."""
    with subprocess.Popen([installed("ssh-agent"), "-D", "-a", socket], stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        env = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        try:
            subprocess.run([installed("ssh-add"), "-q", key], env=env, check=True, timeout=20)
            key.unlink()
            yield
        finally:
            agent.terminate()


def _receipt_in(folder: Path, data: Path) -> str:
    """A receipt of the demo's past, as its submitter keeps it; and the line that verifies it."""
    signed = select(tables.activity.c.log_index).where(tables.activity.c.signature.is_not(None)).limit(1)
    with opened_store(load({"data_dir": data}, {})) as store, store.reading() as rows:
        with store.engine.connect() as connection:
            found = connection.scalar(signed)
        row = rows.activity(found or 0)
    assert row is not None
    (folder / "old.receipt").write_text(row.text())
    (folder / "old.receipt.sig").write_text(signature_of(row))
    return verify_line(row.origin, "old.receipt", row.at)


def _refused(operator: Operator, line: str) -> str:
    (said,) = operator.types([line]).values()
    assert said.returncode == 1, said
    return said.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_agent_takes_over_from_a_key_that_was_lost_and_old_receipts_verify(tmp_path: Path) -> None:
    operator, key, held = Operator(tmp_path / "data", tmp_path), tmp_path / "safe" / "receipt_key", tmp_path / "held"
    held.mkdir()
    operator.safe.mkdir()
    subprocess.run([installed("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=20)
    with demo(operator.data):
        pass
    line = _receipt_in(held, operator.data)
    (operator.data / "secrets" / "receipt_key").unlink()
    serve, (takes_over,) = "ecpd serve --data-dir /var/lib/ecp", printed("agent", "tests/e2e/test_receipt_key_agent.py")
    assert "run ecpd keys rotate" in _refused(operator, serve)
    assert "receipt_agent" in _refused(operator, takes_over), "where no agent is named"
    operator.env["ECPD_ORIGIN"] = "demo.ecp.example"
    operator.env["ECPD_RECEIPT_AGENT"] = str(tmp_path / "agent")
    with _agent(tmp_path / "agent", key):
        (said,) = operator.types([takes_over]).values()
        assert said.returncode == 0 and "SHA256:" in said.stdout, said
        assert not list((operator.data / "secrets").glob("receipt_key*"))
        with served(operator) as http:
            for path in (paths.ALLOWED_SIGNERS, paths.REVOKED_KEYS):
                (held / path.rsplit("/", 1)[1]).write_text(httpx.get(http + path).text)
            assert httpx.get(http + paths.READY).json() == {"state": "ready"}
    assert "ssh-agent" in _refused(operator, serve)
    assert (held / "allowed_signers").read_text().count("\n") == 2
    at = line.split("-Overify-time=")[1].split(" ")[0]
    for told, verifies in ((line, True), (line.replace(at, "20990101000000Z"), False)):
        ran = subprocess.run(told, shell=True, cwd=held, capture_output=True, timeout=20)  # noqa: S602 - it is what is printed
        assert (ran.returncode == 0) is verifies, (told, ran)
