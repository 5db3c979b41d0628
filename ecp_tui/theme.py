"""The look's one palette, dark and light, in exact xterm-256 colours; and the signs of states.

Sheets and styles name the roles below (`$muted`, `$field`, `$bar` …), never a colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """One row of the look's palette a field; `bar` is the cursor row, `raised` what is muted on panel or focus,
    `ink` and `paper` are what QR codes are printed with."""

    background: str
    surface: str
    panel: str
    focus: str
    text: str
    muted: str
    raised: str
    accent: str
    primary: str
    success: str
    warning: str
    error: str
    bar: str = "#005f87"
    bar_text: str = "#ffffff"
    ink: str = "#000000"
    paper: str = "#ffffff"


DARK: Final = Palette(
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    focus="#3a3a3a",
    text="#d0d0d0",
    muted="#8a8a8a",
    raised="#a8a8a8",
    accent="#5fd7d7",
    primary="#5fafd7",
    success="#87d787",
    warning="#ffd75f",
    error="#ff8787",
)
LIGHT: Final = Palette(
    background="#ffffff",
    surface="#eeeeee",
    panel="#e4e4e4",
    focus="#d0d0d0",
    text="#262626",
    muted="#585858",
    raised="#585858",
    accent="#005f5f",
    primary="#005f87",
    success="#005f00",
    warning="#875f00",
    error="#af0000",
)


def _theme(name: str, palette: Palette, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        primary=palette.primary,
        secondary=palette.primary,
        warning=palette.warning,
        error=palette.error,
        success=palette.success,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.background,
        surface=palette.surface,
        panel=palette.panel,
        variables={
            "field": palette.panel,
            "focus": palette.focus,
            "muted": palette.muted,
            "raised": palette.raised,
            "bar": palette.bar,
            "bar-text": palette.bar_text,
            "ink": palette.ink,
            "paper": palette.paper,
            "text": palette.text,
            "text-muted": palette.muted,
            "text-disabled": palette.muted,
            "text-primary": palette.primary,
            "text-secondary": palette.primary,
            "text-success": palette.success,
            "text-warning": palette.warning,
            "text-error": palette.error,
            "text-accent": palette.accent,
            "input-cursor-background": palette.text,
            "input-cursor-foreground": palette.background,
            "input-cursor-text-style": "none",
            "input-selection-background": palette.bar,
            "input-selection-foreground": palette.bar_text,
            "screen-selection-background": palette.bar,
            "screen-selection-foreground": palette.bar_text,
            "scrollbar": palette.focus,
            "scrollbar-hover": palette.muted,
            "scrollbar-active": palette.muted,
            "scrollbar-background": palette.background,
            "scrollbar-background-hover": palette.background,
            "scrollbar-background-active": palette.background,
            "scrollbar-corner-color": palette.background,
        },
    )


ECP_DARK: Final = _theme("ecp-dark", DARK, dark=True)
ECP_LIGHT: Final = _theme("ecp-light", LIGHT, dark=False)


@dataclass(frozen=True, slots=True)
class Sign:
    """A state is told by a glyph, a word and a colour together, never by the colour alone."""

    glyph: str
    word: str
    style: str


SIGNS: Final[dict[str, Sign]] = {
    "accepted": Sign("●", "accepted", "$success"),
    "superseded": Sign("○", "superseded", "$muted"),
    "collected": Sign("●", "collected", "$success"),
    "refused": Sign("✕", "refused", "$error"),
    "received": Sign("●", "received", "$success"),
    "due": Sign("◐", "due", "$warning"),
    "late": Sign("!", "late", "$warning"),
    "missing": Sign("✕", "missing", "$error"),
    "exempt": Sign("○", "exempt", "$muted"),
    "published": Sign("●", "published", "$success"),
    "explained": Sign("●", "explained", "$success"),
    "replayed": Sign("!", "replayed", "$warning"),
    "fetched": Sign("↓", "fetched", "$primary"),
    "done": Sign("●", "done", "$success"),
    "next": Sign("→", "next", "bold $accent"),
    "waiting": Sign("◐", "waiting", "$warning"),
    "later": Sign("○", "later", "$muted"),
    "live": Sign("●", "live", "$success"),
    "expiring": Sign("!", "expiring", "$warning"),
    "expired": Sign("✕", "expired", "$error"),
    "revoked": Sign("✕", "revoked", "$error"),
    "signs": Sign("●", "signs", "$success"),
    "retired": Sign("○", "retired", "$muted"),
    "draft": Sign("○", "draft", "$muted"),
    "submitted": Sign("◐", "submitted", "$warning"),
    "returned": Sign("!", "returned", "$warning"),
    "applied": Sign("●", "applied", "$success"),
    "rejected": Sign("✕", "rejected", "$error"),
    "withdrawn": Sign("○", "withdrawn", "$muted"),
    "void": Sign("✕", "void", "$error"),
    "invited": Sign("◐", "invited", "$warning"),
    "active": Sign("●", "active", "$success"),
    "suspended": Sign("✕", "suspended", "$error"),
    "closed": Sign("○", "closed", "$muted"),
    "locked": Sign("!", "locked", "$warning"),
    "added": Sign("+", "added", "$success"),
    "removed": Sign("−", "removed", "$error"),
    "attention": Sign("!", "", "$warning"),
    "match": Sign("●", "MATCH", "$success"),
    "different": Sign("✕", "DIFFERENT", "$error"),
}
