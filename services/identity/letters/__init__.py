"""Asking notification to write to voters."""
