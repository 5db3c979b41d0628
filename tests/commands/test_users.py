"""`ecp users`: what administrators see, ask for, and do at once."""

from __future__ import annotations

from tests.commands.conftest import SignIn


def test_users_say_how_many_places_are_taken_and_list_everybody(sign_in: SignIn) -> None:
    said = sign_in("WONGDA1")("users")
    assert said.code == 0
    assert said.out.startswith("Acme Securities: 5 of 20 users\n")
