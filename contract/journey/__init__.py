"""The journey after provisioning as the judge sees it: its calls, what is known of sessions, and what is expected."""
