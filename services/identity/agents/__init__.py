"""Agents: those who run an election, their accounts, their rights, and the journal of what they do."""
