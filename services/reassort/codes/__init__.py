"""Voting codes and spares."""
