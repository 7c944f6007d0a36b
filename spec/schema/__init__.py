"""JSON Schema as it is served: keywords, formats, messages, validation and a second opinion."""
