"""What texts are: addresses, dates and other formats, texts that convert, and halves of pairs."""
