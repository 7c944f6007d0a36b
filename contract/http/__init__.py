"""Exchanges, transports, credentials and recordings."""
