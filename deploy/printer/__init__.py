"""The printer's side: where the key of the notices is, no bus, no database and no web framework is."""
