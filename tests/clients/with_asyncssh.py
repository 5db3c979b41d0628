"""A program of asyncssh: `with_asyncssh.py HOST PORT LOGIN_ID KEY KNOWN_HOSTS VERB FROM [TO]`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncssh


async def put(sftp: asyncssh.SFTPClient, local: str, remote: str) -> None:
    await sftp.put(local, remote)


async def get(sftp: asyncssh.SFTPClient, remote: str, local: str) -> None:
    await sftp.get(remote, local)


async def resume_put(sftp: asyncssh.SFTPClient, local: str, remote: str) -> None:
    rest = Path(local).read_bytes()[await sftp.getsize(remote) or 0 :]
    async with sftp.open(remote, "ab") as file:
        await file.write(rest)


async def resume_get(sftp: asyncssh.SFTPClient, remote: str, local: str) -> None:
    have = Path(local).read_bytes()
    async with sftp.open(remote, "rb") as file:
        await file.seek(len(have))
        rest: bytes | str = await file.read()
    assert isinstance(rest, bytes)
    Path(local).write_bytes(have + rest)


async def names(sftp: asyncssh.SFTPClient, remote: str) -> None:
    for one in await sftp.readdir(remote):
        sys.stdout.write(f"{one.attrs.size} {one.filename!s}\n")


async def main(host: str, port: str, login_id: str, key: str, known_hosts: str, verb: str, *arguments: str) -> None:
    who = {"username": login_id, "client_keys": [key], "known_hosts": known_hosts, "agent_path": None, "config": None}
    async with asyncssh.connect(host, int(port), **who) as connection, connection.start_sftp_client() as sftp:
        await {one.__name__: one for one in (put, get, resume_put, resume_get, names)}[verb](sftp, *arguments)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
