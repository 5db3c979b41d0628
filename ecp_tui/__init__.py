"""ecp, the console of the Electronic Communication Platform and its commands."""

import os
import sys

# httpx would load Rich and Pygments for a command line of its own: a third of what a command's start takes.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # what Python takes for "not to be had"
# pydantic would search every installed package for plug-ins of its own; there are none here.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
