"""From an expectation and an answer to findings."""
