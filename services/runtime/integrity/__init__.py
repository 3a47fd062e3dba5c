"""What is fixed at a sealing, kept, computed anew and compared: so that a difference has a name (docs/adr/0035)."""
