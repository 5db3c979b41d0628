"""`ecpd keys`: what is listed, and what is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

import backend.__main__ as program
from tests.submitting import submitted
from tests.world import World


@pytest.fixture
def keys(world: World) -> Callable[..., Result]:
    """Types `ecpd keys …` beside a platform that is stopped."""
    submitted(world, world.actor("CHAN01"), b"one\n")
    world.platform.close()
    folder = world.platform.settings.data_dir
    return lambda *words: CliRunner().invoke(program.main, ["keys", *words, "--data-dir", str(folder)])


def test_keys_are_listed_with_their_states_the_newest_first(keys: Callable[..., Result]) -> None:
    (first,) = json.loads(keys("list", "--json").output)["keys"]
    assert keys("rotate").exit_code == 0
    told = json.loads(keys("list", "--json").output)["keys"]
    assert [one["state"] for one in told] == ["signs", "ended"]
    assert told[0]["since"] == told[1]["until"] and told[1]["since"] is None
    fingerprint = told[0]["fingerprint"]
    revoked = keys("revoke", fingerprint, "--reason", "A laptop was stolen")
    assert revoked.exit_code == 0 and f"{fingerprint} counts no more" in revoked.output
    told = json.loads(keys("list", "--json").output)["keys"]
    assert [one["state"] for one in told] == ["signs", "revoked", "ended"]
    assert told[1]["revoked"] and told[1]["fingerprint"] == fingerprint
    assert [line.split()[1] for line in keys("list").output.splitlines()] == [one["fingerprint"] for one in told]
    assert told[0]["fingerprint"] in revoked.output, "the one that took over is named"
    assert keys("revoke", first["fingerprint"], "--reason", "An old copy").exit_code == 0


def test_the_log_is_sound_right_after_the_key_that_signed_its_anchor_was_revoked(
    keys: Callable[..., Result], world: World
) -> None:
    folder = world.platform.settings.data_dir
    assert (folder / "anchor").exists()
    (first,) = json.loads(keys("list", "--json").output)["keys"]
    assert keys("revoke", first["fingerprint"], "--reason", "A laptop was stolen").exit_code == 0
    audited = CliRunner().invoke(program.main, ["audit", "verify", "--data-dir", str(folder)])
    assert (audited.exit_code, audited.output[:6]) == (0, "SOUND "), audited.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("revoke", "SHA256:x"), 2, "--reason"),
        (("revoke", "SHA256:x", "--reason", " "), 2, "1 to 200 characters"),
        (("revoke", "SHA256:x", "--reason", "a" * 201), 2, "1 to 200 characters"),
        (("revoke", "SHA256:x", "--reason", "a\x1b[31m"), 2, "1 to 200 characters"),
        (("revoke", "SHA256:\x1b", "--reason", "a"), 1, "No key here has the fingerprint SHA256:"),
        (("rotate", "--public-key", __file__), 1, "set receipt_agent to its socket"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_changes_nothing(
    keys: Callable[..., Result], words: tuple[str, ...], code: int, said: str
) -> None:
    refused = keys(*words)
    assert (refused.exit_code, said in refused.output, "\x1b" in refused.output) == (code, True, False), refused
    assert len(json.loads(keys("list", "--json").output)["keys"]) == 1
