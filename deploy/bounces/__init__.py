"""The receiver of messages that come back."""
