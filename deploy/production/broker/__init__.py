"""The broker: its accounts, what each may do, and everything that is declared on it."""
