"""What is kept of a vote for two years (R211-580), in one file."""
