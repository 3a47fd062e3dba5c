"""The public archive of an election."""
