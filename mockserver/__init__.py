"""One implementation of the promise: a stateful mock server."""
