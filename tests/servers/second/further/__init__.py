"""Forty further faults, after the first forty were counted: what is remembered, told, taken, and let in."""
