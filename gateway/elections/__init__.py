"""What pages and the API say of an election: its state, its lists in the order of the ballot, its result."""
