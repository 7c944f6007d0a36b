"""The literal tables of faults."""
