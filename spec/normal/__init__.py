"""Schemas in normal form, and places inside them."""
