"""What a verdict is written as: one module for each format."""
