"""Pages for whoever is not in yet: identification, links, passwords, the challenge question."""
