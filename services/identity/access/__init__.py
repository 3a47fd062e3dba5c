"""The way in: identifiers, links, passwords, sessions."""
