"""How requests reach the application: read whole before they take a thread, within limits of time."""
