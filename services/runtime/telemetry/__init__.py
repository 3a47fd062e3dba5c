"""Logs, and the correlation id that joins them."""
