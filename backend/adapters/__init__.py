"""How the domain's ports are met: database, vault, passwords, one-time codes, clock."""
