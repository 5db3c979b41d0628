"""Login IDs that nobody can have."""

from __future__ import annotations

import pytest

from backend.core.client_connect.login_ids import like_a_ticket, reserved


@pytest.mark.parametrize("ticket", ["ABCDEFGHIJKLMNOP", "2345672345672345", "abcdefgh234567AB"])
def test_what_is_written_like_a_ticket_is_nobodys(ticket: str) -> None:
    assert like_a_ticket(ticket) and reserved(ticket)


@pytest.mark.parametrize(
    "name",
    ["", "CHAN01", "ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNOPQ", "ABCDEFGHIJKLMNO1", "ABCDEFGHIJKLMNO0", "ABCDEFGHIJKLMN 2",
     "ABCDEFGHIJKLMNOP\n", "ABCDEFGHIJKLMNO\u017f", "ＡBCDEFGHIJKLMNOP"],
)  # fmt: skip
def test_everything_else_may_be_somebodys(name: str) -> None:
    assert not like_a_ticket(name) and not reserved(name)
