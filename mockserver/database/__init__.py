"""The memory of a mock in a database that outlives it, and that others may share: SQLite or PostgreSQL."""
