"""A voting event and a roll to fill in, with words: where an operator begins."""
