"""The demo: a believable world with its own people, history, samples and authenticator."""
