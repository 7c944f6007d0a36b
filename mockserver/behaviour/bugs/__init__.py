"""What a fault does, by the seam in which it sits."""
