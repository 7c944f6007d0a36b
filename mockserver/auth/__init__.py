"""Keys, tokens, credentials and sign-on grants."""
