"""The waiting room: beyond what was measured, new arrivals wait outside in the order in which they came (docs/adr/0034)."""
