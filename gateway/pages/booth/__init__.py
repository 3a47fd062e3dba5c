"""The page of the voting booth."""
