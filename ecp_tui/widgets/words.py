"""Text that is painted again only when it changed: polling must cost a terminal nothing."""

from __future__ import annotations

from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static


def same(one: Content, other: Content) -> bool:
    """Alike in words and styles; `==` of contents looks at the words alone."""
    return one.plain == other.plain and one.is_same(other)


class Words(Static):
    """Static text, updated with contents."""

    def __init__(self, content: Content | str = "", *, id: str | None = None, classes: str | None = None) -> None:
        self._words = content if isinstance(content, Content) else Content(content)
        super().__init__(self._words, id=id, classes=classes)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        words = content if isinstance(content, Content) else Content(str(content))
        if not same(words, self._words):
            self._words = words
            super().update(words, layout=layout)
