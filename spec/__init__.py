"""What is promised: the document, the clauses, the demo installs, and everything that reads them."""
