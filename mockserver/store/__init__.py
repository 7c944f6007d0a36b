"""Where what was provisioned is kept, behind one protocol."""
