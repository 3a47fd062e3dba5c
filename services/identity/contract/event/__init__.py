"""Messages of a voting event: its description, roll, campaigns, notices, sealing."""
