"""Calls as they are shown: found, as rows, in full with what is wrong at its place, as they come."""
