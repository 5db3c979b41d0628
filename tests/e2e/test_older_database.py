"""An older database put back under a real ecpd: what each meets, how a pair goes on, and what a firm can still show."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from base64 import b32decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from backend.adapters.one_time_codes import code, step_at
from backend.contract import paths
from tests.e2e.test_backup import BIN, Operator, demo, served
from tests.sftp_world import installed


class Firm:
    """CHAN01 at a terminal, with a session that is kept."""

    def __init__(self, folder: Path, operator: Operator) -> None:
        folder.mkdir()
        self.folder = folder
        self.env = {**operator.env, "ECP_CONFIG": str(folder / "config.toml"), "ECP_STATE_DIR": str(folder / "state")}

    def types(self, line: str, said: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(BIN / "ecp"), *shlex.split(line)[1:]]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, input=said, capture_output=True, text=True, timeout=60
        )

    def files(self, name: str, data: bytes) -> dict[str, Any]:
        (self.folder / name).write_bytes(data)
        said = self.types(f"ecp submit {name} --json")
        assert said.returncode == 0, said
        return dict(json.loads(said.stdout))


class Staff:
    """An operator who speaks HTTP."""

    def __init__(self, http: str, account: dict[str, Any]) -> None:
        self.client = httpx.Client(base_url=http, timeout=30)
        transaction = self.client.post(paths.LOGIN_TRANSACTIONS).json()["transaction"]
        form = {"transaction": transaction, "login_id": account["login_id"], "password": account["password"]}
        ticket = self.client.post(paths.SIGN_IN, json={**form, "otp": _otp(account)}).json()["ticket"]
        token = self.client.post(paths.SESSIONS, json={"ticket": ticket}).json()["token"]
        self.client.headers["authorization"] = f"Bearer {token}"


def _otp(account: dict[str, Any]) -> str:
    return code(b32decode(account["otp_secret"]), step_at(datetime.now(UTC)))


def test_an_older_database_is_noticed_stops_filing_and_a_pair_goes_on(tmp_path: Path) -> None:
    operator, firm = (made := Operator(tmp_path / "data", tmp_path)), Firm(tmp_path / "firm", made)
    operator.env["ECPD_ORIGIN"] = "demo.ecp.example"
    with demo(operator.data) as running:
        people = {one["login_id"]: one for one in running["accounts"]}
        name = next(one.name for one in sorted(Path(running["samples"]).glob("SD1_01234_*.csv")))
        data = (Path(running["samples"]) / name).read_bytes()
    with served(operator) as http:
        chan = people["CHAN01"]
        said = firm.types(
            f"ecp login CHAN01 --server {http} --credentials-stdin", f"{chan['password']}\n{_otp(chan)}\n"
        )
        assert said.returncode == 0, said
    shutil.copy(operator.data / "ecp.db", tmp_path / "yesterday.db")
    with served(operator):
        lost = firm.files(name, data)
        assert firm.types(f"ecp receipts save {lost['log_index']}").returncode == 0
        assert firm.types("ecp checkpoint -o log.checkpoint").returncode == 0

    shutil.copy(tmp_path / "yesterday.db", operator.data / "ecp.db")
    with served(operator) as http:
        ready = httpx.get(http + paths.READY)
        assert (ready.status_code, ready.json()["state"]) == (503, "rolled-back")
        refused = firm.types(f"ecp submit {name} --json")
        fault = json.loads(refused.stdout)["fault"]
        assert (refused.returncode, fault["number"]) == (4, 9101) and fault["what"] and fault["remedy"]
        assert firm.types("ecp activity --json").returncode == 0, "reading goes on"
        maker, checker = Staff(http, people["OPER01"]), Staff(http, people["OPER02"])
        heads = maker.client.get(paths.CONTINUITY).json()["loss"]
        heads.pop("anchor_at")
        proposal = {"kind": "accept-loss", **heads, "reason": "The disk of last night is gone."}
        request = maker.client.post(paths.REQUESTS, json={"proposal": proposal}).json()
        approval = {"rev": request["rev"], "digest": request["digest"]}
        approved = checker.client.post(f"{paths.REQUESTS}/{request['id']}/approve", json=approval)
        assert approved.status_code == 200 and approved.json()["state"] == "applied", approved.text
        for one in (maker, checker):
            one.client.close()
        firm.types("ecp checkpoint")  # the loss is accepted by the next one at the latest
        assert firm.files(name, data)["log_index"] != 0
        assert httpx.get(http + paths.READY).json() == {"state": "ready"}
        since = firm.types("ecp checkpoint --since log.checkpoint")
        assert since.returncode == 5 and since.stdout.startswith("NOT CONSISTENT"), since
        assert "The exchange accepted in entry" in since.stdout and "are lost" in since.stdout
        held = firm.types(f"ecp verify {name} --receipt {name}.receipt")
        assert held.returncode == 0, "what was lost was accepted once, and is proved"
    line = [installed("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", "demo.ecp.example"]
    line += ["-n", "receipt-v1@ecp", "-s", f"{name}.receipt.sig"]
    receipt = (firm.folder / f"{name}.receipt").read_bytes()
    assert subprocess.run(line, cwd=firm.folder, input=receipt, capture_output=True, timeout=20).returncode == 0
