"""The host: a warmed process that forks a console, or a command, for each SSH session. For Linux and macOS alone."""
