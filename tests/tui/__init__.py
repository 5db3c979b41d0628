"""The console, acted on in a person's words."""
