"""Strangers at the sign-in of the real HTTP app: each from a place of their own, one after the other or all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from backend.contract import paths
from tests.doors.http.asking import number_of
from tests.world import World

WRONG = "wrong-password-wrong"


@dataclass
class Strangers:
    """Sign-ins of whoever wants to be somebody."""

    world: World

    def __post_init__(self) -> None:
        self._places = count(1)

    def form(self, login_id: str, **other: str) -> dict[str, str]:
        """A right one, but for what `other` says; of nobody with CHAN01's password. The clock stands still."""
        known = self.world.people.get(login_id, self.world.people["CHAN01"])
        right = {
            "transaction": self.world.services.sign_in.begin().transaction,
            "login_id": login_id,
            "password": known.password,
            "otp": self.world.otp(known.login_id),
        }
        return {**right, **other}

    def together(self, forms: Sequence[dict[str, Any]], path: str = paths.SIGN_IN) -> list[httpx.Response]:
        async def one(form: dict[str, Any]) -> httpx.Response:
            number = next(self._places)
            place = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 40000)
            transport = httpx.ASGITransport(app=self.world.app, raise_app_exceptions=False, client=place)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.post(path, json=form)

        async def all_of_them() -> list[httpx.Response]:
            return await asyncio.gather(*map(one, forms))

        return asyncio.run(all_of_them())

    def one(self, form: dict[str, Any], path: str = paths.SIGN_IN) -> httpx.Response:
        return self.together([form], path)[0]

    def numbers(self, *forms: dict[str, Any]) -> list[int]:
        """The fault of each, sorted; 0 for who got in."""
        return sorted(map(number_of, self.together(forms)))
