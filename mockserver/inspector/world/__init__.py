"""What is stored, and what became of it."""
