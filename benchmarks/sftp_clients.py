"""The clients that SFTP is measured with, as programs: OpenSSH's sftp, rclone and lftp."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.sftp_servers import Server

_OPTIONS: Final = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes")
_SSH_OPTIONS: Final = tuple(word for option in _OPTIONS for word in ("-o", option))


@dataclass(frozen=True, slots=True)
class Clients:
    """All with one key; `folder` is where they leave what they fetch."""

    folder: Path
    key: Path

    def sftp(self, server: Server, lines: Sequence[str]) -> list[str]:
        """OpenSSH's sftp with a batch of commands."""
        batch = self.folder / f"{secrets.token_hex(4)}.batch"
        batch.write_text("".join(f"{line}\n" for line in lines))
        where = ["-P", str(server.port), "-b", str(batch), f"{server.user}@127.0.0.1"]
        return ["sftp", "-q", "-F", "none", *_SSH_OPTIONS, "-i", str(self.key), *where]

    def rclone(self, server: Server, source: str, target: str) -> list[str]:
        """The current rclone, without the hashes that it would ask for over SSH."""
        remote = [f"--sftp-host=127.0.0.1 --sftp-port={server.port} --sftp-user={server.user}"]
        remote += [
            f"--sftp-key-file={self.key} --sftp-shell-type=none --sftp-disable-hashcheck --sftp-set-modtime=false"
        ]
        how = ["--config=/dev/null", "--ignore-checksum", "--inplace", "--multi-thread-streams=0", "--ignore-times"]
        program = str(Path(sys.executable).parent / "rclone")
        return [program, "copyto", *" ".join(remote).split(), *how, source, target]

    def lftp(self, server: Server, line: str) -> list[str]:
        connect = f"ssh -F none -a -x {' '.join(_SSH_OPTIONS)} -i {self.key}"
        script = f'set sftp:connect-program "{connect}"; set net:max-retries 1; set xfer:clobber on; '
        return ["lftp", "-c", f"{script}open -u {server.user},x sftp://127.0.0.1:{server.port}; {line}"]


def seconds(*commands: Sequence[str]) -> float:
    """How long these programs take, all at once; every one of them has to succeed."""
    start = time.perf_counter()
    running = [subprocess.Popen(one, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for one in commands]
    for process in running:
        _, said = process.communicate()
        if process.returncode:
            raise SystemExit(f"{process.args!r} ended with {process.returncode}: {said.decode(errors='replace')}")
    return time.perf_counter() - start


def at_once(commands: Sequence[Sequence[str]], most: int) -> float:
    """How long all of them take, `most` at a time."""
    start, running = time.perf_counter(), list[subprocess.Popen[bytes]]()
    for command in commands:
        if len(running) == most:
            pid, status = os.wait()
            running = [one for one in running if one.pid != pid]
            if status:
                raise SystemExit(f"a client ended with {status}")
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    for process in running:
        if process.wait():
            raise SystemExit(f"{process.args!r} ended with {process.returncode}")
    return time.perf_counter() - start
