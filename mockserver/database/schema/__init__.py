"""What is stored, and the statements that store and find it, in the words of each kind of database."""
