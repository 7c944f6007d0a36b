"""Probes of the journey after provisioning. Without ``--journey`` none of them sends anything."""
