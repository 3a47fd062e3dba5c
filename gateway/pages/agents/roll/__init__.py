"""The electoral roll from the browser: a file is sent, read, compared, imported; a voter is taken off it."""
