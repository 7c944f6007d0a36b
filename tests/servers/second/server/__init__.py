"""The honest server: from the socket to the tables."""
