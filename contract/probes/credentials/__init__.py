"""Probes of who may come in: credentials, tokens that are issued, and sign-ons."""
