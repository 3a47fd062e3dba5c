"""Makes an invented voting event for load tests, and what its voters have in hand."""
