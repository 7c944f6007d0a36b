"""Probes of what a body says: who is meant, what is stored, which values survive, what happens at once."""
