"""The kinds of change requests: each says what it would change, and changes exactly that."""

from backend.core.client_connect.changes.change import Change, Plan

__all__ = ["Change", "Plan"]
