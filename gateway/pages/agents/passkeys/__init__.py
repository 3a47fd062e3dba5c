"""Pages where an agent's browser is asked for a passkey (docs/adr/0046)."""
