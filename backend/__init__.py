"""ecpd, the backend of the Electronic Communication Platform."""
