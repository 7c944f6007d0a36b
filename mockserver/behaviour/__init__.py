"""Faults (broken promises) and weather (bad luck). Nothing here is reached unless it is asked for."""
