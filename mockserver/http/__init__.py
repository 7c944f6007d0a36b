"""Requests, responses, refusals and the journal of them."""
