"""Runs the whole of Isoloir on one machine, for demonstrations, rehearsals and tests of the assembled system."""
