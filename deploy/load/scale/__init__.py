"""One scrutin of any size through all of its steps, with what each costs in time, memory and bytes (E21)."""
