"""Properties are tried without a deadline, since the machine may be busy, and leave nothing behind."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ecp", deadline=None, database=None, max_examples=60)
settings.load_profile("ecp")
