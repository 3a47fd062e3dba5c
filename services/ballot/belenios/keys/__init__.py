"""Keys: the trustees' and the voters' credentials."""
