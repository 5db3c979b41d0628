"""`ecp` as programs call it."""
