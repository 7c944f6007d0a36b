"""The search for a body that proves a difference."""
