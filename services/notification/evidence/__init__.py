"""What operators see of the messages."""
