"""A stand-in for the program that runs consoles: it does what its arguments say. Run as `python stand_in.py FD`."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import socket
import sys
import termios
import time
import tty
from typing import Any, NoReturn


def main(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, handles, *_ = socket.recv_fds(control, 1, 4)
        if not said:
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            watch(socket.socket(fileno=handles[0]), handles[1:])
        for handle in handles:
            os.close(handle)


def watch(session: socket.socket, standard: list[int]) -> NoReturn:
    """What the real host does for each."""
    child = os.fork()
    if child == 0:
        serve(session, standard)
    for handle in standard:
        os.close(handle)
    poll = select.poll()
    poll.register(session, select.POLLRDHUP)
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if poll.poll(20):
            os.kill(child, signal.SIGKILL)
            ended = os.waitpid(child, 0)
            break
    code = os.waitstatus_to_exitcode(ended[1])
    try:
        session.send(json.dumps({"exit": code} if code >= 0 else {"signal": -code}).encode() + b"\n")
    finally:
        os._exit(0)


def serve(session: socket.socket, standard: list[int]) -> NoReturn:
    os.setsid()
    for number, handle in enumerate(standard):
        os.dup2(handle, number)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    line = b""
    while not line.endswith(b"\n"):
        line += session.recv(1 << 16)
    opening = json.loads(line)
    words = opening["arguments"]
    os._exit(console(opening, session) if words is None else command(opening, words, session))


def say(text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(1, data) :]


def size() -> str:
    found = os.get_terminal_size(0)
    return f"[{found.columns}x{found.lines}]"


def console(opening: dict[str, Any], session: socket.socket) -> int:
    """Shows what it was told, then each key; q leaves, k dies, e ends badly, s sleeps."""
    tty.setraw(0)
    signal.signal(signal.SIGWINCH, lambda *_: say(size()))
    say(f"\x1b[?1049h{json.dumps(opening)}\r\n{size()}")
    while typed := os.read(0, 1 << 16):
        if typed == b"q":
            say("\x1b[?1049l")
            return 0
        if typed == b"k":
            os.kill(os.getpid(), signal.SIGKILL)
        if typed == b"e":
            session.sendall(b'{"mishap": {"reference": "1234abcd", "trace": "x"}}\n')
            return 1
        if typed == b"s":
            time.sleep(600)
        say(f"<{typed.hex() if len(typed) < 40 else len(typed)}>")
    return 1


def command(opening: dict[str, Any], words: list[str], session: socket.socket) -> int:
    match words:
        case ["cat"]:
            while data := os.read(0, 1 << 16):
                say(data.decode("latin-1"))
        case ["fail"]:
            os.write(2, b"no\n")
            return 7
        case ["lots", many]:
            say("y" * int(many))
        case ["flood"]:
            while True:
                os.write(1, b"x" * 65536)
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["mishap"]:
            mishap = {"mishap": {"reference": "\x1babc", "trace": "\x1b]0;x\x07" * 99}}
            session.sendall((json.dumps(mishap) + "\n").encode() * 50)
            session.sendall(b"[" * 70_000 + b'\n{"exit": "x"}\n{"signal": null}\nnull\n')
        case ["stay"]:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            say("here")
            time.sleep(600)
        case _:
            say(json.dumps(opening))
    return 0


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[-1])))
