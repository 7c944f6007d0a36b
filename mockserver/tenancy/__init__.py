"""The installs while the mock runs: each with the state, time and choices that are its own."""
