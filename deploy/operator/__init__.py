"""The operator's side: a client of the gateway's operator API, and the files that operators bring."""
