"""Of the ballot box: what a sealing fixes of an election, and whether it is still so."""
