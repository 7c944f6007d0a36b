"""The comparison of operations: their paths, parameters, bodies, security, and what stands on the wire."""
