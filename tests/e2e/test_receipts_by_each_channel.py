"""A receipt is the same by every channel, and stock OpenSSH verifies it; one that anything was done to, never."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from backend.contract import paths
from tests.e2e.ssh_terminal import SshWorld, Terminal, on
from tests.sftp_world import installed

NAMESPACE, ORIGIN = "receipt-v1@ecp", "demo.ecp.example"
KEPT = ("{}.receipt", "{}.receipt.sig", "{}.proof", "allowed_signers", "revoked_keys")


class Firm:
    """CHAN01 of Acme: has filed by SSH, and fetches the receipt by every channel there is."""

    def __init__(self, served: SshWorld, line: Path, folder: Path) -> None:
        self.served, self.line, self.folder = served, line, folder
        self.file = served.sample("SD1_01234_*.csv")
        filed = served.run("CHAN01", "submit", "-", "--name", self.file.name, options=on(line), data=self._data)
        assert filed.code == 0, filed.said
        told = re.search(r"log index\D+(\d+)", filed.said)
        assert told is not None, filed.said
        self.place = told[1]
        state = {"HOME": str(folder), "ECP_STATE_DIR": str(folder / "state"), "XDG_RUNTIME_DIR": str(folder)}
        self.env = {**os.environ, **state, "ECP_CONFIG": str(folder / "config.toml"), "TERM": "xterm-256color"}

    @property
    def _data(self) -> bytes:
        return self.file.read_bytes()

    @property
    def kept(self) -> list[str]:
        return [one.format(self.file.name) for one in KEPT]

    def http(self, to: Path) -> None:
        """As a program of the firm's own would: one request each, and LEE02 may see what CHAN01 filed."""
        with httpx.Client(base_url=self.served.ready["http"], trust_env=False, timeout=30) as asks:
            form = {"login_id": "LEE02", "password": self.served.account("LEE02")["password"]}
            form |= {"transaction": asks.post(paths.LOGIN_TRANSACTIONS).json()["transaction"]}
            ticket = asks.post(paths.SIGN_IN, json={**form, "otp": self.served.otp("LEE02")}).json()["ticket"]
            token = asks.post(paths.SESSIONS, json={"ticket": ticket}).json()["token"]
            mine = {"authorization": f"Bearer {token}"}
            proof = asks.get(f"{paths.ACTIVITY}/{self.place}/proof", headers=mine).json()
            keys = [asks.get(path).content for path in (paths.ALLOWED_SIGNERS, paths.REVOKED_KEYS)]
        texts = [proof[name].encode() for name in ("receipt", "signature", "proof")]
        for name, data in zip(self.kept, [*texts, *keys], strict=True):
            (to / name).write_bytes(data)

    def command(self, to: Path) -> None:
        ecp = [sys.executable, "-m", "ecp_tui"]
        said = f"{self.served.account('CHAN01')['password']}\n{self.served.otp('CHAN01')}\n"
        login = [*ecp, "login", "CHAN01", "--server", self.served.ready["http"], "--credentials-stdin"]
        subprocess.run(login, input=said, text=True, env=self.env, timeout=60, check=True, capture_output=True)
        save = [*ecp, "receipts", "save", self.place, "--output", str(to)]
        subprocess.run(save, env=self.env, timeout=60, check=True, capture_output=True)

    def console(self, to: Path) -> None:
        terminal = Terminal(sys.executable, "-m", "ecp_tui", "--server", self.served.ready["http"], env=self.env)
        with closing(terminal):
            terminal.sees("Who would you like to be?", "CHAN01")
            terminal.press("\r")
            terminal.sees("Filled in for the demo")
            terminal.press("\r")
            terminal.sees("Due today")
            terminal.press("4")
            terminal.sees("newest first", self.file.name)
            terminal.settles()
            terminal.press("\r")
            terminal.sees("signed, in the log", f"log index {self.place}")
            terminal.press("w")
            terminal.sees("Save the receipt, with all that verifies it")
            terminal.press(f"\x15{to / self.kept[0]}\r")
            terminal.sees("Saved:")

    def sftp(self, to: Path) -> None:
        below = f"/01234/SD-1/receipts/{self.file.name}"
        batch = self.folder / "batch"
        batch.write_text(
            f"lcd {to}\nget {below}.receipt*\nget {below}.proof\nget /allowed_signers\nget /revoked_keys\n"
        )
        key = f"IdentityFile={self.served.account('CHAN01')['ssh_key']}"
        sftp = [installed("sftp"), *self.served.options(key), "-b", str(batch), "CHAN01@127.0.0.1"]
        subprocess.run(sftp, timeout=60, check=True, capture_output=True)

    def ssh(self, to: Path) -> None:
        """`ssh host receipts bundle N > evidence.tar`; and the receipt alone is the same one."""
        with tarfile.open(fileobj=io.BytesIO(self.over_ssh("bundle"))) as tar:
            tar.extractall(to, filter="data")
        for one in (to / "evidence").iterdir():
            one.rename(to / one.name)
        for command in ("save", "show"):
            assert self.over_ssh(command) == (to / self.kept[0]).read_bytes()

    def over_ssh(self, command: str) -> bytes:
        program = [installed("ssh"), *self.served.options(*on(self.line)), "CHAN01@127.0.0.1", "receipts", command]
        return subprocess.run([*program, self.place], timeout=60, check=True, capture_output=True).stdout


CHANNELS = ("http", "command", "console", "sftp", "ssh")


@pytest.fixture(scope="module")
def firm(program: SshWorld, line: Path, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    return Firm(program, line, tmp_path_factory.mktemp("firm"))


@pytest.fixture(scope="module", params=CHANNELS)
def fetched(request: pytest.FixtureRequest, firm: Firm) -> Path:
    """The folder with all that one channel gave."""
    folder = firm.folder / str(request.param)
    folder.mkdir()
    getattr(firm, request.param)(folder)
    return folder


@pytest.fixture
def held(fetched: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(fetched, tmp_path / "held"))


def verified(firm: Firm, folder: Path, namespace: str = NAMESPACE, origin: str = ORIGIN) -> bool:
    """As anybody would type it; the words agree with the exit code."""
    asked = [installed("ssh-keygen"), "-Y", "verify", "-f", "allowed_signers", "-I", origin, "-n", namespace]
    asked += ["-r", "revoked_keys"] if (folder / "revoked_keys").stat().st_size else []
    with (folder / firm.kept[0]).open("rb") as receipt:
        ran = subprocess.run(
            [*asked, "-s", firm.kept[1]], stdin=receipt, cwd=folder, capture_output=True, text=True, check=False
        )
    assert (ran.returncode == 0) == ran.stdout.startswith(f'Good "{namespace}" signature for {origin} with ED25519')
    return ran.returncode == 0


def test_stock_openssh_verifies_what_a_channel_gave_and_nothing_else(firm: Firm, held: Path) -> None:
    assert {one.name for one in held.iterdir()} >= set(firm.kept)
    assert verified(firm, held)
    others = (("checkpoint-v1@ecp", ORIGIN), ("file", ORIGIN), (NAMESPACE, "demo"), (NAMESPACE, "CHAN01"))
    assert not any(verified(firm, held, *other) for other in others), "another purpose, or another exchange"
    receipt = held / firm.kept[0]
    whole = receipt.read_bytes()
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 29)]
    for data in (*flipped, whole.replace(b"\n", b"\r\n"), whole[:-1], whole + b"\n", b"\xef\xbb\xbf" + whole):
        receipt.write_bytes(data)
        assert not verified(firm, held), data


def test_no_other_key_stands_for_the_exchanges(firm: Firm, held: Path) -> None:
    receipt, signature, proof, signers, _ = (held / name for name in firm.kept)
    theirs, keygen, mine = signature.read_text(), installed("ssh-keygen"), held / "mine"
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(mine)], check=True)
    signature.unlink()
    sign = [keygen, "-Y", "sign", "-f", str(mine), "-n", NAMESPACE, str(receipt)]
    subprocess.run(sign, check=True, capture_output=True)
    assert not verified(firm, held), "signed by another key"
    signature.write_text("".join(proof.read_text().partition("-----BEGIN")[1:]))
    assert not verified(firm, held), "what signs the checkpoint signs no receipt"
    signature.write_text(theirs)
    assert verified(firm, held)
    signers.write_text(f'{ORIGIN} namespaces="{NAMESPACE}" {mine.with_suffix(".pub").read_text()}')
    assert not verified(firm, held), "another key is the one that counts"


def test_every_channel_gives_the_same_bytes(firm: Firm, fetched: Path) -> None:
    first = firm.folder / CHANNELS[0]
    for name in firm.kept:
        assert (fetched / name).read_bytes() == (first / name).read_bytes(), name


def test_ecp_says_the_same_without_a_server(firm: Firm, fetched: Path) -> None:
    ecp = [sys.executable, "-m", "ecp_tui", "verify", str(firm.file), "--receipt", str(fetched / firm.kept[0])]
    ran = subprocess.run(
        [*ecp, "--server", "http://127.0.0.1:9"], env=firm.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0 and ran.stdout.startswith("VERIFIED"), ran


TOOLS = (
    "sh",
    "openssl",
    "ssh-keygen",
    "cat",
    "dirname",
    "grep",
    "head",
    "mktemp",
    "od",
    "rm",
    "sed",
    "tar",
    "tr",
    "wc",
)
"""What a computer has that was never on a network."""


def gap(folder: Path) -> list[str]:
    """Runs a program without a network where the machine lets us; always with these tools alone."""
    tools = folder / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(installed(tool))
    env = [installed("env"), "-i", f"PATH={tools}", f"HOME={folder}", f"TMPDIR={folder}"]
    alone = [installed("unshare"), "--user", "--map-root-user", "--net"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0:
        return [*alone, *env]
    return env


def test_a_bundle_verifies_where_there_is_no_network_and_no_ecp(firm: Firm, tmp_path: Path) -> None:
    """Unpacked, the lines of its README typed, all within a folder that knows nothing else."""
    there = tmp_path / "evidence"
    (tmp_path / "evidence.tar").write_bytes(firm.over_ssh("bundle"))
    apart = gap(tmp_path)

    def types(line: str, where: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*apart, "sh", "-c", line], cwd=where, capture_output=True, text=True, timeout=60, check=False
        )

    assert types("tar -xf evidence.tar", tmp_path).returncode == 0
    lines = [line.strip() for line in (there / "README.txt").read_text().splitlines() if line.startswith("    ")]
    posix = [line for line in lines if line.startswith(("ssh-keygen", "sh "))][:2]
    assert len(posix) == 2
    for line in posix:
        ran = types(line, there)
        assert ran.returncode == 0 and re.search("^Good|^VERIFIED$", ran.stdout, re.MULTILINE), ran
    shutil.copy(firm.file, there)
    script = f"sh verify.sh {firm.kept[0]} {firm.file.name}"
    whole = types(script, there)
    assert whole.returncode == 0 and whole.stdout.count(" ok ") == 5 and whole.stdout.endswith("\nVERIFIED\n"), whole
    (there / firm.file.name).write_bytes(b"another file\n")
    changed = types(script, there)
    assert changed.returncode == 1 and "file        WRONG" in changed.stdout
    assert changed.stdout.endswith("NOT VERIFIED\n"), changed
    receipt = there / firm.kept[0]
    receipt.write_bytes(receipt.read_bytes().replace(b"\n", b"\r\n"))
    assert "line ends" in types(script, there).stdout and types(posix[0], there).returncode != 0
