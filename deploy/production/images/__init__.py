"""Container images of Isoloir, and what docker-compose.yml needs besides."""
