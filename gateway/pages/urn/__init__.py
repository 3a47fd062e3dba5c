"""The public ballot box."""
