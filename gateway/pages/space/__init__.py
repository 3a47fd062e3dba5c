"""Pages of the voter's space."""
