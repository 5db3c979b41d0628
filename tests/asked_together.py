"""The real HTTP app in process, asked by several people at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import text

from backend.contract import paths
from tests.world import World


@dataclass
class Desk:
    """Everybody's place at the app; each signs in once."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, who: str) -> str:
        if who not in self.tokens:
            self.tokens[who] = self.world.token(who)
        return self.tokens[who]

    def ask(self, who: str | None, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.together([(who, method, path, body)], **options)[0]

    def together(self, questions: Iterable[tuple[str | None, str, str, Any]], **options: Any) -> list[httpx.Response]:
        """All of them at once, in the order asked."""
        told = list(questions)
        headers = [{"authorization": f"Bearer {self.token(who)}"} if who else {} for who, *_ in told]

        async def asked() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app=self.world.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await asyncio.gather(
                    *(
                        client.request(method, path, json=body, headers=header, **options)
                        for (_, method, path, body), header in zip(told, headers, strict=True)
                    )
                )

        return asyncio.run(asked())

    # ── change requests in the words of those who make them ──────────────────────────────────────────────────

    def request(self, who: str, **proposal: Any) -> dict[str, Any]:
        answer = self.ask(who, "POST", paths.REQUESTS, {"proposal": proposal})
        assert answer.is_success, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def approval(self, request: dict[str, Any], **other: Any) -> dict[str, Any]:
        return {"rev": request["rev"], "digest": request["digest"], **other}

    def approve(self, who: str, request: dict[str, Any], **other: Any) -> httpx.Response:
        path = paths.request_act(request["id"], "approve")
        return self.ask(who, "POST", path, self.approval(request, **other))

    def seen(self, who: str, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask(who, "GET", paths.request(request["id"])).json()
        return answer


def new_user(login_id: str = "KWOK03", **other: Any) -> dict[str, Any]:
    """A proposal that nobody has a reason to refuse."""
    return {
        "kind": "create-user",
        "login_id": login_id,
        "name": "Kwok Wing",
        "email": f"{login_id.lower()}@acme.example",
        "phone": "852 2100 9901",
        "grants": [{"function": "EU_SD1", "identity_codes": ["01234"]}],
        **other,
    }


def sql(world: World, statement: str, **values: Any) -> Any:
    """One statement, as whoever holds the database could run it."""
    with world.platform.store.engine.begin() as connection:
        return connection.execute(text(statement), values)


def acts(world: World) -> list[str]:
    """All acts of the audit log, the first one first."""
    return [row.act for row in sql(world, "SELECT act FROM activity ORDER BY log_index")]


def state_of(desk: Desk, login_id: str, who: str = "LEEDA2") -> str:
    """The account's state in the list that an administrator sees; none without the account."""
    users = desk.ask(who, "GET", paths.USERS).json()["users"]
    return next((user["state"] for user in users if user["login_id"] == login_id), "none")
