"""A program of paramiko: `with_paramiko.py HOST PORT LOGIN_ID KEY KNOWN_HOSTS VERB FROM [TO]`."""

from __future__ import annotations

import sys
from pathlib import Path

import paramiko


def put(sftp: paramiko.SFTPClient, local: str, remote: str) -> None:
    sftp.put(local, remote)


def get(sftp: paramiko.SFTPClient, remote: str, local: str) -> None:
    sftp.get(remote, local)


def resume_put(sftp: paramiko.SFTPClient, local: str, remote: str) -> None:
    rest = Path(local).read_bytes()[sftp.stat(remote).st_size or 0 :]
    with sftp.open(remote, "ab") as file:
        file.set_pipelined(True)
        file.write(rest)


def resume_get(sftp: paramiko.SFTPClient, remote: str, local: str) -> None:
    with sftp.open(remote, "rb") as file, Path(local).open("ab") as target:
        file.seek(target.tell())
        target.write(file.read())


def names(sftp: paramiko.SFTPClient, remote: str) -> None:
    for one in sftp.listdir_attr(remote):
        sys.stdout.write(f"{one}\n")


if __name__ == "__main__":
    host, port, login_id, key, known_hosts, verb, *arguments = sys.argv[1:]
    with paramiko.SSHClient() as client:
        client.load_host_keys(known_hosts)
        client.connect(host, int(port), login_id, key_filename=key, allow_agent=False, look_for_keys=False)
        {one.__name__: one for one in (put, get, resume_put, resume_get, names)}[verb](client.open_sftp(), *arguments)
