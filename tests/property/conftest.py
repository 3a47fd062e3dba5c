"""Hypothesis for all property tests: no database of examples in the tree, and what fails can be replayed."""

from hypothesis import settings

settings.register_profile("isoloir", database=None, print_blob=True, deadline=None)
settings.load_profile("isoloir")
