"""Accessible mode, as whoever types and listens meets it."""
