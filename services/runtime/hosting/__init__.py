"""How a service runs: entry points, resources, loops, inboxes, and the in-process bus."""
