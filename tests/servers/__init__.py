"""Fixtures that run real servers: broker, database, sink. Nothing is skipped where one is missing: the test fails."""
