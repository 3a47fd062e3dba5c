"""The form of a ballot's tracker, for whoever types or pastes one."""

TRACKER = r"[A-Za-z0-9+/]{43}"
"""Unpadded base64 of a SHA-256."""
