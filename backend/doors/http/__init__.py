"""The HTTP door."""

from backend.doors.http.app import create_app

__all__ = ["create_app"]
