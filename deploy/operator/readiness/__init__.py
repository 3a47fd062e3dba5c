"""What is missing before a vote opens: facts of the preparation, rules, one command."""
