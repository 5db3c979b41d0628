"""The composition root: settings in, a whole platform out."""

from backend.wiring.platform import Platform, open_platform
from backend.wiring.setting_up import initialise, initialised, upgrade_database

__all__ = ["Platform", "initialise", "initialised", "open_platform", "upgrade_database"]
