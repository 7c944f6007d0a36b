"""The contract as a page, and a document to start from."""
