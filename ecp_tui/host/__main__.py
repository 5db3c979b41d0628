"""`python -I -m ecp_tui.host [--user NAME] FD`: what the backend starts; `FD` is its end of the control socket."""

from __future__ import annotations

import argparse
import json
import resource
import socket
import sys
from contextlib import suppress
from typing import Final

from ecp_tui.host.confine import confine
from ecp_tui.host.rehearsal import rehearse
from ecp_tui.host.serve import Host
from ecp_tui.host.warm import freeze, warm

_HANDLES: Final = 4096
"""One for each session, of which there may be a thousand."""


def main(arguments: list[str]) -> int:
    """Runs until the backend has gone."""
    parser = argparse.ArgumentParser(prog="ecp_tui.host")
    parser.add_argument("--user", default="nobody")
    parser.add_argument("control", type=int)
    wanted = parser.parse_args(arguments)
    control = socket.socket(fileno=wanted.control)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (_HANDLES if most == resource.RLIM_INFINITY else min(most, _HANDLES), most)
    )
    warm()
    sheet = rehearse()
    confined = confine(wanted.user)
    with suppress(OSError):  # the backend that wanted it has gone: the loop ends at once
        control.sendall(json.dumps({"ready": True, "confined": confined}).encode() + b"\n")
    freeze()
    Host(control, sheet).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
