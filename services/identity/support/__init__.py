"""The support cell's console: finding a voter of its territory, the sheet, and what is done for a voter."""
