"""Calls that the inspector makes: to the mock as a client, and to the control plane."""
