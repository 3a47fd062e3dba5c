"""The public register of re-issues."""
