"""What a mock remembers: time, names and stores."""
