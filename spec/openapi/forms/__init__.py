"""What is made of a document before it is read: without what is malformed, inlined, in the keywords we serve."""
