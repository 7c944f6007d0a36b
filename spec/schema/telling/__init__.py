"""What is said of a value that breaks a rule: where, what was received, what to do."""
