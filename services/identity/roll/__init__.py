"""The electoral roll: taking it over, sealing it, searching it."""
