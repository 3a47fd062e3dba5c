"""Words and answers of the command line."""
