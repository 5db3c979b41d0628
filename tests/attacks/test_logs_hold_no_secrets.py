"""The log as a thief reads it: after everything that can go right and wrong, at the level that says most."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import httpx
import pytest

from backend.contract import paths
from backend.contract.messages import CreateUser, NewRequest
from tests.logged import logged
from tests.sftp_world import SUBMIT, TODAY, SftpWorld, open_door
from tests.submitting import NAME
from tests.world import NEW_PASSWORD, World

CONTENT = b"client,amount\r\nHarbour Trading 8814,4711.00\r\n"
WRONG = "wrong-lantern-copper-7"


@pytest.fixture(params=["json", "text"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    with logged(request.param, "debug") as out:
        yield out


class Thief:
    """Remembers every secret and everything personal that was used, and looks for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.secrets: set[str] = {NEW_PASSWORD, WRONG, CONTENT.decode().split("\r\n")[1], "Harbour Trading"}
        for login_id, one in world.people.items():
            account = world.account(login_id)
            self.secrets |= {one.password, one.otp_secret, account.name, account.email, account.phone}

    def form(self, login_id: str, **other: str) -> dict[str, Any]:
        form = self.world.form(login_id, **other).model_dump()
        self.secrets |= {form["otp"], form["transaction"], form["password"]}
        return form

    def found(self, text: str) -> list[str]:
        return sorted(secret for secret in self.secrets if secret and secret in text)


async def asked(world: World, thief: Thief) -> None:
    """By HTTP: signing in right and wrong, submitting, recovering, what breaks, and nonsense with secrets in it."""
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        await http.post(paths.SIGN_IN, json=thief.form("CHAN01", password=WRONG))
        await http.post(paths.SIGN_IN, json={**thief.form("CHAN01"), "pasword": WRONG})
        await http.post(paths.SIGN_IN, json={"login_id": WRONG, "password": [WRONG]})
        await http.post(paths.SIGN_IN, content=f'{{"password": "{WRONG}"'.encode())
        ticket = (await http.post(paths.SIGN_IN, json=thief.form("CHAN01"))).json()["ticket"]
        token = (await http.post(paths.SESSIONS, json={"ticket": ticket})).json()["token"]
        thief.secrets |= {ticket, token}
        signed = {"authorization": f"Bearer {token}"}
        right = {"folder": "SD-1", "identity_code": "01234", "input_date": "2022-05-19", "file_name": NAME}
        for params in (right, {**right, "file_name": "Harbour Trading.csv"}):
            await http.put(paths.submission("1" * 32), params=params, content=CONTENT, headers=signed)
        await http.get(paths.ACTIVITY, params={"file_name": "Harbour Trading", "password": WRONG}, headers=signed)
        await http.get(f"/v1/{token}", headers=signed)
        await http.post(paths.RECOVERY_REQUESTS, json={"login_id": "CHAN01", "phone": world.account("CHAN01").phone})
        code = world.issue("CHAN01", "reset")
        thief.secrets |= {code, code.replace("-", "")}
        reset = {"code": code, "password": NEW_PASSWORD, "otp": thief.form("CHAN01")["otp"]}
        await http.post(paths.PASSWORD_RESETS, json=reset)


def broken_everywhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds secrets breaks, and says them."""

    def broken(*args: Any, **kwargs: Any) -> None:
        held = f"{[getattr(one, 'password', one) for one in args]!r} {kwargs!r}"
        raise ValueError(f"cannot take {held} or {WRONG!r}") from KeyError(WRONG)

    for service, name in ((world.services.sign_in, "_reserve"), (world.services.home, "home")):
        monkeypatch.setattr(type(service), name, broken)


async def by_ssh(sftp: SftpWorld) -> None:
    async with sftp.client() as client:
        async with client.open(f"{SUBMIT}/{TODAY}", "wb") as file:
            await file.write(CONTENT)
        with pytest.raises(asyncssh.SFTPError):
            await client.put(str(sftp.file("Harbour Trading.csv", CONTENT)), f"{SUBMIT}/Harbour Trading.csv")
    with pytest.raises(asyncssh.PermissionDenied):
        async with sftp.connected("CHAN01", client_keys=None, password=WRONG):
            pass


async def test_no_log_holds_a_secret_a_person_or_what_a_file_says(
    world: World, log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = Thief(world)
    maker = world.actor("WONGDA1")
    person = CreateUser(login_id="HOLLY1", name="Holly Yeung", email="holly@acme.example", phone="+85291110042")
    thief.secrets |= {person.name, person.email, person.phone, person.phone[4:]}
    world.services.requests.make(maker, NewRequest(proposal=person))
    await asked(world, thief)
    async with open_door(world, tmp_path) as sftp:
        await by_ssh(sftp)
    with monkeypatch.context() as patch:
        broken_everywhere(world, patch)
        await asked_in_vain(world, thief)
    world.platform.sweep()
    world.platform.mail.carry()
    said = log.getvalue()
    assert "unexpected" in said and "request" in said and "SFTP connection" in said, "the log says what happened"
    assert thief.found(said) == []
    if said.startswith("{"):
        assert all(json.loads(line)["event"] for line in said.splitlines())


async def asked_in_vain(world: World, thief: Thief) -> None:
    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = await http.post(paths.SIGN_IN, json=thief.form("LEE02"))
        assert answer.json()["number"] == 9000
