"""What pages are made of: widgets show and post messages, and never fetch."""
