"""ecp, the console of the Electronic Communication Platform and its commands."""
