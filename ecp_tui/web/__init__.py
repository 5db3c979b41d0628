"""The browser edition: the same console in Chrome or Edge, behind a sign-in form, hardened around textual-serve."""
