"""Whom a changed schema breaks."""
