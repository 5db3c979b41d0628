"""The pages and dialogs of the console: they ask through the client, and never navigate by themselves."""
