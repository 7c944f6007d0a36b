"""What state/, auth/ and http/ keep in memory, kept in tables."""
