"""The turnout of the vote before: its table, and the command that hands it over."""
