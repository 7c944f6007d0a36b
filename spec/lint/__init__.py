"""One document examined."""
