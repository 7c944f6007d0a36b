"""What the target must remember."""
