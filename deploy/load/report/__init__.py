"""What a load test found: figures, and the same as text and as a page."""
