"""The style sheet of all pages, of which each source is parsed once."""

from __future__ import annotations

from typing import Final

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

_SOURCES: Final = 512
"""More than there are: of fewer, parsing them in turn would keep none."""


class Sheet(Stylesheet):
    """Textual parses all sources again for each page that brings its own, and for each theme that is set."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._known = dict(variables or {})
        self._parse_cache = LRUCache(_SOURCES)  # no public way leads to its size

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._known:
            self._known = dict(variables)
            super().set_variables(variables)

    def reparse(self) -> None:
        self.parse()
