"""Passkeys, the second factor of agents beside a telephone's digits (docs/adr/0046)."""
