"""Isoloir on one machine, for demonstrations and tests: nothing here runs in production."""
