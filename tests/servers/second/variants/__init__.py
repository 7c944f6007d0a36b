"""Servers that keep all that is published and decide otherwise where the contract leaves a choice."""
