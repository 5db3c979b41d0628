"""One script a claim; each measures beside a peer where one exists, and returns tables for docs/performance.md."""
