"""What answers a call, by group of operations."""
