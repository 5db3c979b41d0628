"""The console's parts below its screens."""
