"""Counts of a voting event for the operations room: what is told is of groups that single nobody out."""
