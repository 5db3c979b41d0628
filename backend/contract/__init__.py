"""What console and server agree on: faults, messages, paths and the rules both sides run."""
