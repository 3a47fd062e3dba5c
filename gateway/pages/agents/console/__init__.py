"""The voting event, step by step."""
