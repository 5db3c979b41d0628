"""Which browsers are supported (FAQ Q2): Chrome and Edge from version 88, on a PC; neither phone nor tablet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

OLDEST: Final = 88
SUPPORTED: Final = (("Google Chrome", f"{OLDEST} +"), ("Microsoft Edge", f"{OLDEST} +"))
"""The FAQ's table."""
NOT_SUPPORTED: Final = "Mobile devices such as iPhone and iPad are not supported."
_MOBILE: Final = re.compile(r"Mobile|Android|iPhone|iPad|iPod|Tablet|Silk/|CrOS|TV\b|Xbox", re.IGNORECASE)
_PC: Final = re.compile(r"\((Windows NT|Macintosh|X11; Linux)[^)]*\)")
_SHAPE: Final = re.compile(r"Mozilla/5\.0 \([^)]*\) AppleWebKit/[\d.]+ \(KHTML, like Gecko\) (.+)")
_PRODUCT: Final = re.compile(r"(Chrome|Safari|Edg)/(\d+)(?:\.\d+)*")
_PLATFORMS: Final = frozenset({'"Windows"', '"macOS"', '"Linux"'})
_LONGEST: Final = 400


def why_not(headers: Mapping[str, str]) -> str:
    """Why this browser is not supported, as words after "here "; empty where it is."""
    agent = headers.get("user-agent", "")[:_LONGEST]
    if headers.get("sec-ch-ua-mobile") == "?1" or _MOBILE.search(agent):
        return "is a phone or a tablet"
    if not _PC.search(agent) or headers.get("sec-ch-ua-platform", '"Linux"') not in _PLATFORMS:
        return "is no browser on a PC"
    found = _products(agent)
    if found is None or "Chrome" not in found:
        return "is another browser"
    version = min(found["Chrome"], found.get("Edg", found["Chrome"]))
    return f"is version {version}" if version < OLDEST else ""


def _products(agent: str) -> dict[str, int] | None:
    """The browser's products with their versions; `None` where one is neither Chrome's nor Edge's."""
    shaped = _SHAPE.fullmatch(agent)
    matches = [_PRODUCT.fullmatch(one) for one in shaped[1].split(" ")] if shaped else []
    products = {one[1]: int(one[2]) for one in matches if one is not None}
    return products if len(products) == len(matches) else None
