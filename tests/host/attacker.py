"""The host program, but that a child runs what the words of its command say: what an attacker might who broke out."""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Any

from backend.contract.served import Served
from ecp_tui.host import child
from ecp_tui.host.__main__ import main


def attack(served: Served, session: socket.socket, _: object) -> int:
    """Each word is an expression; the answers are what they are, or the errors they end in."""
    around: dict[str, Any] = {"os": os, "sys": sys, "socket": socket, "served": served, "session": session}
    exec("import ctypes, gc, pathlib, resource, signal", around)  # noqa: S102
    sys.stdout.write(json.dumps([_answer(word, around) for word in served.arguments or ()]))
    return 0


def _answer(word: str, around: dict[str, Any]) -> object:
    try:
        answer = eval(word, around)  # noqa: S307
    except Exception as error:
        return type(error).__name__
    return answer if isinstance(answer, int | str | list) else repr(answer)


vars(child)["run_session"] = attack
sys.exit(main(sys.argv[1:]))
