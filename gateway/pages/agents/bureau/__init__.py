"""The electoral board's pages."""
