"""What was received and answered: looking it up, waiting for it, and judging it."""
