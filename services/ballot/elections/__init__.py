"""Elections around the vote: created, sealed, closed; their credentials."""
