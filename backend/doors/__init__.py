"""The doors: each translates a protocol into calls of the domain, none decides."""
