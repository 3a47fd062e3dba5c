"""The load testers' kit: invented voters who come as at an opening, and what became of each of their votes."""
