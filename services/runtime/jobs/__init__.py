"""Long work as rows: asked for once, worked in a process of its own, looked at by whoever waits (docs/adr/0015)."""
