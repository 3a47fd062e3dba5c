"""An archive, and what is found in it by whoever checks."""
