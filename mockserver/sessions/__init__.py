"""The journey after provisioning: sessions, who has one, and what becomes of it."""
