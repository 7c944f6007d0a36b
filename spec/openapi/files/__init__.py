"""A document and its other files: every reference found, all as one value, written as one file, under overlays."""
