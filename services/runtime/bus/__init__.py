"""Calls and events between the services."""
