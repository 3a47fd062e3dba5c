"""What voters do at an opening, and the Locust file that has them do it."""
