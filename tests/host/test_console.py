"""The console as the host serves it."""

from __future__ import annotations

import re
import time

import pytest

from tests.host.hosted import FINGERPRINT, HostProgram, Screen

_COLOUR = re.compile(rb"\x1b\[[0-9;]*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


def signs_in(host: HostProgram, screen: Screen) -> None:
    """As CHAN01, one key after the other: the next field has to have the cursor."""
    for keys in (host.world.people["CHAN01"].password, "\t", host.world.fresh_otp("CHAN01"), "\r"):
        screen.press(keys)
        screen.settles(0.3)


def test_whoever_signed_in_by_ssh_is_at_home_and_an_administrator_at_their_menu(host: HostProgram) -> None:
    host.console().sees("Home", "Acme Securities · CHAN01")
    host.console(host.opening("WONGDA1")).sees("Client Connect", "WONGDA1")


def test_whoever_came_by_key_signs_in_on_the_form_and_sees_the_host_key_behind_it(host: HostProgram) -> None:
    screen = host.console(host.opening(signed_in=False))
    text = screen.sees("Sign in to Client Connect", "CHAN01", "waits until")
    assert "ecp.example.org:2222" in text and "127.0.0.1" not in text
    signs_in(host, screen)
    screen.sees("Home", "Acme Securities · CHAN01")
    other = host.console(host.opening(signed_in=False))
    other.sees("waits until")
    other.press("\x1b")
    assert f"host key {FINGERPRINT}" in other.sees("host key", "ssh://ecp.example.org:2222")


def test_whoever_is_out_comes_to_recovery_and_to_nothing_else(host: HostProgram) -> None:
    screen = host.console(host.opening("", signed_in=False, page="recover"))
    screen.sees("I have a code from a mail", "Forgotten password")


def test_a_command_answers_on_its_own_pipes(host: HostProgram) -> None:
    code, said, errors = host.command("whoami").run()
    assert (code, errors) == (0, "") and said.startswith("CHAN01")
    assert host.command("no-such-command").run()[0] == 2
    code, said, errors = host.command("check", "/etc/passwd").run()
    assert code == 2 and "root" not in said + errors.replace("/etc/passwd", "")


def test_a_console_that_is_left_says_so_and_restores_the_terminal(host: HostProgram) -> None:
    screen = host.console()
    screen.sees("Home", "CHAN01")
    screen.press("\x11")
    screen.sees("Quit ends the connection")
    screen.press("q")
    assert screen.ended() == {"exit": 0}
    screen.settles(0.1)
    for undone in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[<u"):
        assert undone in screen.raw


def test_an_idle_console_sends_nothing_and_no_cursor_blinks(host: HostProgram) -> None:
    at_home, at_form = host.console(), host.console(host.opening(signed_in=False))
    at_home.sees("Home", "CHAN01")
    at_form.sees("waits until")
    for screen in (at_home, at_form):
        screen.settles(1.5)
    if (second := time.time() % 60) > 55:
        time.sleep(61 - second)
    sent = [at_home.read(2), at_form.read(2)]
    assert sent == [b"", b""]


def test_junk_suspending_and_a_large_paste_end_nothing(host: HostProgram) -> None:
    screen = host.console(host.opening(signed_in=False))
    screen.sees("waits until")
    for junk in (
        b"\x1a" * 20,
        b"\x1c\x1c",
        bytes(range(128, 256)) * 8,
        b"\x1b[1114112u",
        b"\x1b[200~" + b"x" * 2000 + b"\x1b[201~",
    ):
        for start in range(0, len(junk), 512):
            screen.press(junk[start : start + 512])
            screen.read(0.05)
    screen.settles()
    screen.press("\x11")
    screen.sees("Leave ECP 2.0?")


@pytest.mark.parametrize("size", [(1, 1), (500, 200), (40, 12)])
def test_a_window_of_any_size_is_lived_through(host: HostProgram, size: tuple[int, int]) -> None:
    screen = host.console(size=size)
    screen.settles(1)
    screen.resize(80, 24)
    screen.sees("Home", "CHAN01")
    for width, height in (size, (80, 24), (2, 2), (80, 24)):
        screen.resize(width, height)
        screen.settles(0.1)
    screen.sees("Home", "CHAN01")


def test_colours_are_those_of_the_terminal_that_the_client_has(host: HostProgram) -> None:
    seen = {}
    for name, terminal in {
        "256": {"TERM": "xterm-256color"},
        "exact": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        "16": {"TERM": "xterm"},
        "none": {"TERM": "xterm-256color", "NO_COLOR": "1"},
    }.items():
        screen = host.console(host.opening(terminal={**terminal, "LANG": "en_GB.UTF-8"}))
        screen.sees("Home", "CHAN01")
        seen[name] = bytes(screen.raw)
    assert b"38;5;" in seen["256"] and b"38;2;" not in seen["256"]
    assert b"38;2;" in seen["exact"]
    assert b"38;5;" not in seen["16"] and b"38;2;" not in seen["16"] and _COLOUR.search(seen["16"])
    assert not _COLOUR.search(seen["none"])


def test_a_terminal_without_utf8_gets_ascii_and_a_dumb_one_gets_2003(host: HostProgram) -> None:
    screen = host.console(host.opening(terminal={"TERM": "vt100", "LANG": "C"}))
    screen.sees("Home", "CHAN01")
    assert bytes(screen.raw).isascii()
    for terminal in ({"TERM": "dumb"}, {}):
        dumb = host.console(host.opening(terminal=terminal))
        dumb.sees("2003")
        assert dumb.ended() == {"exit": 2} and b"\x1b" not in dumb.raw


def test_a_session_that_ends_is_covered_by_the_sign_in_form(host: HostProgram) -> None:
    opening = host.opening()
    screen = host.console(opening)
    screen.sees("Home", "CHAN01")
    host.world.services.sessions.end(opening["token"], "console", "203.0.113.7")
    screen.press("\x12")
    screen.sees("1005", "Sign in to Client Connect")
    signs_in(host, screen)
    screen.sees("Home", "Acme Securities · CHAN01")


def test_two_sessions_never_see_each_other(host: HostProgram) -> None:
    one, other = host.console(host.opening("CHAN01")), host.console(host.opening("WONGDA1"))
    one.sees("CHAN01")
    other.sees("WONGDA1")
    for _ in range(5):
        one.press("\x0f2")
        other.press("\x0f9")
        one.settles(0.1)
        other.settles(0.1)
    assert b"WONGDA1" not in one.raw and b"CHAN01" not in other.raw
