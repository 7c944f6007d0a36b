"""What the proxy keeps of what has passed, and under which names."""
