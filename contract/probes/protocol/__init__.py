"""Probes of HTTP and JSON: spellings, malformed bodies, negotiation, time."""
