"""What test-suites use of a mock: handles that speak to its control plane."""
