"""The definition of a voting event from the browser: what it would change, and its confirmation."""
