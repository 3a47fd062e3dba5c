"""The queue: a row first, sending later."""
