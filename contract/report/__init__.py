"""Reports of a verdict: for terminals, machines, CI summaries and browsers."""
