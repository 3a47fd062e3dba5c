"""Re-issuing voting codes."""
