"""A database that is opened, connected to, and that may go away."""
