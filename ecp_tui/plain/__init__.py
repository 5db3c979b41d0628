"""Accessible mode: the console as plain numbered prompts, one line an event, for screen readers and any terminal."""
