"""What every command that serves does: listen, say where, be ready, and end when it is told to."""
