"""Passwords are hashed in a line of their own, bounded by what is measured."""
