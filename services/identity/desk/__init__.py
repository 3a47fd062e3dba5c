"""The operators' desk: campaigns, claims, assistance."""
