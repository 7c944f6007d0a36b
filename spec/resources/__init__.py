"""What ``x-resource`` says of a body: its parts, their identity, and the installs that hold them."""
