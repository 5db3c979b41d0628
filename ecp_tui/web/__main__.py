"""`python -I -m ecp_tui.web`: the program that `ecp web` starts for each browser that signed in."""

from __future__ import annotations

import sys
from importlib import import_module

from ecp_tui.widgets.keys import use_in_browser

if __name__ == "__main__":
    use_in_browser()
    sys.exit(import_module("ecp_tui.web.console").main())  # whose pages take their keys when they are loaded
