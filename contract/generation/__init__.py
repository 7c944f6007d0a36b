"""Bodies: composed, broken, drawn."""
