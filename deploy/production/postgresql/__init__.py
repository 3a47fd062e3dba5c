"""PostgreSQL: accounts and rights of each service, and a private cluster for tests."""
