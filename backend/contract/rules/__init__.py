"""Pure rules, run alike by the console before an upload and by the server after it."""
