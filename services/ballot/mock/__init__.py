"""Mock elections: a draft voted in, closed, unsealed and counted, in a database of its own that is thrown away."""
