"""Voting events, their elections, and who may vote in them."""
