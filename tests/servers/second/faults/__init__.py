"""Bugs that people have, one class each. What should be found was written down before a judge was run on any of them."""
