"""Sequences of calls that show a finding again under fresh names: sent, confirmed and shrunk before it is reported."""
