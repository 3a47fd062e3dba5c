"""Claims and requests for assistance, and their answers."""
