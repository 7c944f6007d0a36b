"""The inspector: the control plane as pages for a browser, which show what was called and explain it."""
