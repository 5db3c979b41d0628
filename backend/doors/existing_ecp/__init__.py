"""The existing ECP: one plain page with accounts of its own, for the folders that have not moved yet."""

from backend.doors.existing_ecp.app import create_existing_app

__all__ = ["create_existing_app"]
