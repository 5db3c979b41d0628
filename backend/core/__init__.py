"""The domain: plain synchronous Python, no protocol, no SQL."""
