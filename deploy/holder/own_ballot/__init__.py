"""What voters check of a ballot of their own: its receipt, or what it contains."""
