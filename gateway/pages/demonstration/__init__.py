"""What a demonstration sends instead of mail, SMS and post."""
