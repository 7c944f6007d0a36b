"""Reading files: pointers, YAML and JSON with the place of every value, revisions that git holds."""
