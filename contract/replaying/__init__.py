"""Sending again what a report tells, and a run without a target."""
