"""A support cell's pages: find a voter, see the sheet, act with a second agent."""
