"""The judge of any implementation of the promise."""
