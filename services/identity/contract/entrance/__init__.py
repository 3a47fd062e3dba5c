"""Messages of a voter's way in: links, accounts, sessions, permits."""
