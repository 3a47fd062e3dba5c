"""Of identity: what the sealing of the roll fixes, and whether it is still so."""
