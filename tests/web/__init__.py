"""The browser edition: before a real platform, with and without a real browser."""
