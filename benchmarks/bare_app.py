"""The peer of a submission: a FastAPI app that stores a body with fsync, and does nothing else."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool


def bare(folder: Path) -> FastAPI:
    app = FastAPI()

    def keep(body: bytes) -> None:
        with (folder / secrets.token_hex(16)).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())

    @app.put("/files/{name}")
    async def put(name: str, request: Request) -> dict[str, int]:
        body = await request.body()
        await run_in_threadpool(keep, body)
        return {"size": len(body)}

    return app


def main() -> None:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    bound = socket.create_server(("127.0.0.1", port))
    print(f"bare app at http://127.0.0.1:{port}", flush=True)
    config = uvicorn.Config(bare(folder), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run([bound])


if __name__ == "__main__":
    main()
