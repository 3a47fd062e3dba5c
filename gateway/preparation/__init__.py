"""How far a voting event is, step by step, from its definition to the tally: facts asked for, rules without questions."""
