"""Attacks that were tried on the running system, each of which must fail or be seen."""
