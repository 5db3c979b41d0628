"""Campaigns: a real server is hurt in every way we know, and afterwards asked what it lost."""
